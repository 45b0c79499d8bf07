"""Feeds of places where software is made: GitHub, GitLab, Gitea and Forgejo. Pure.

Of a repository several feeds are told: releases first, since most people come for these.
"""

from collections.abc import Iterator

from bot.fetch.place import Place

_NOT_GITHUB_USERS = frozenset(
    {"about", "apps", "blog", "codespaces", "collections", "community", "contact", "copilot",
     "customer-stories", "dashboard", "enterprise", "events", "explore", "features", "issues", "join",
     "login", "marketplace", "new", "notifications", "open-source", "organizations", "orgs", "pricing",
     "pulls", "readme", "resources", "search", "security", "settings", "site", "solutions", "sponsors",
     "stars", "team", "topics", "trending", "users"}
)  # fmt: skip
_NOT_GITLAB_NAMES = frozenset(
    {"-", "admin", "api", "dashboard", "explore", "groups", "help", "projects", "public", "search",
     "snippets", "users"}
)  # fmt: skip
_NOT_GITEA_NAMES = frozenset(
    {"admin", "api", "assets", "explore", "issues", "milestones", "notifications", "org", "pulls",
     "repo", "user"}
)  # fmt: skip


def github(place: Place) -> Iterator[str]:
    """Yield the feeds of a person, a repository, or a part of one, of GitHub or its gists."""
    root = f"https://{place.host}"
    if place.parts and place.parts[0].lower() in _NOT_GITHUB_USERS:
        return
    if place.host == "gist.github.com":
        if len(place.parts) == 1:
            yield f"{root}/{place.parts[0]}.atom"
        return
    match place.parts:
        case (user,):
            yield f"{root}/{user}.atom"
        case (owner, name):
            repository = f"{root}/{owner}/{name.removesuffix('.git')}"
            yield f"{repository}/releases.atom"
            yield f"{repository}/commits.atom"
            yield f"{repository}/tags.atom"
        case (owner, name, "releases" | "tags" | "wiki" | "discussions" as what, *_):
            yield f"{root}/{owner}/{name}/{what}.atom"
        case (owner, name, "commits"):
            yield f"{root}/{owner}/{name}/commits.atom"
        case (owner, name, "commits" | "tree" | "blob", *path):
            # The name of a branch may hold slashes; the path of a file stands behind it all the same.
            yield f"{root}/{owner}/{name}/commits/{'/'.join(path)}.atom"


def gitlab(place: Place) -> Iterator[str]:
    """Yield the feeds of a project of GitLab or of a part of one, or of a person."""
    if not place.parts or place.parts[0] in _NOT_GITLAB_NAMES:
        return
    if "-" not in place.parts:
        project = "/".join((place.root, *place.parts))
        if len(place.parts) > 1:
            yield f"{project}/-/releases.atom"
            yield f"{project}/-/tags?format=atom"
        yield f"{project}.atom"
        return
    dash = place.parts.index("-")
    project = "/".join((place.root, *place.parts[:dash]))
    match place.parts[dash + 1 :]:
        case ("releases" | "issues" | "merge_requests" as what, *_):
            yield f"{project}/-/{what}.atom"
        case ("tags", *_):
            yield f"{project}/-/tags?format=atom"
        case ("commits" | "tree" | "blob", branch, *path):
            yield f"{project}/-/commits/{'/'.join((branch, *path))}?format=atom"


def codeberg(place: Place) -> Iterator[str]:
    """Yield the feeds of a person, a repository, or a part of one, of Gitea or Forgejo."""
    if not place.parts or place.parts[0] in _NOT_GITEA_NAMES:
        return
    match place.parts:
        case (user,):
            yield f"{place.root}/{user}.rss"
        case (owner, name):
            repository = f"{place.root}/{owner}/{name}"
            yield f"{repository}/releases.rss"
            yield f"{repository}/tags.rss"
            yield f"{repository}.rss"
        case (owner, name, "releases" | "tags" as what, *_):
            yield f"{place.root}/{owner}/{name}/{what}.rss"
        case (owner, name, "src" | "commits", "branch", *path) if path:
            yield f"{place.root}/{owner}/{name}/rss/branch/{'/'.join(path)}"
