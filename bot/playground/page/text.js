// Text and its entities as elements.

import { code, element, link, spoiler, whenPlaced } from "./elements.js";

const WRAPPERS = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", blockquote: "blockquote",
};
const LINKS = new Set(["text_link", "url", "mention", "hashtag", "cashtag", "email", "phone_number"]);
const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);

// Entities are sorted and nest properly; offsets are UTF-16 units, as strings have them here.
export function formatted(text, entities) {
  const fragment = document.createDocumentFragment();
  let at = 0;
  for (let i = 0; i < entities.length;) {
    const entity = entities[i];
    const end = entity.offset + entity.length;
    if (entity.offset < at) { i += 1; continue; }
    const inner = [];
    let next = i + 1;
    while (next < entities.length && entities[next].offset < end) {
      inner.push({ ...entities[next], offset: entities[next].offset - entity.offset });
      next += 1;
    }
    fragment.append(text.slice(at, entity.offset));
    fragment.append(wrap(entity, text.slice(entity.offset, end), inner));
    // A block ends its line by itself.
    at = BLOCKS.has(entity.type) && text[end] === "\n" ? end + 1 : end;
    i = next;
  }
  fragment.append(text.slice(at));
  return fragment;
}

function wrap(entity, words, inner) {
  const content = formatted(words, inner);
  if (entity.type === "pre") return code(content, entity.language);
  if (entity.type === "spoiler") return spoiler(content);
  if (entity.type === "expandable_blockquote") return expandable(content);
  if (entity.type === "bot_command") {
    return element("a", { href: "#", className: "command", "data-command": words }, content);
  }
  if (LINKS.has(entity.type)) {
    const made = link(address(entity, words), content);
    if (made.localName === "span") made.className = "mention";
    return made;
  }
  return element(WRAPPERS[entity.type] ?? "span", {}, content);
}

function address(entity, words) {
  if (entity.type === "email") return `mailto:${words}`;
  if (entity.type === "phone_number") return `tel:${words.replaceAll(/[^\d+]/g, "")}`;
  if (entity.type === "url") return /^[a-z]+:\/\//i.test(words) ? words : `http://${words}`;
  return entity.url ?? "";
}

// A quotation that shows three lines until it is pressed; a shorter one has nothing to fold.
export function expandable(...content) {
  const made = element("blockquote", { className: "folding" }, element("div", {}, ...content));
  const turn = () => made.setAttribute("aria-expanded", String(made.toggleAttribute("data-folded") === false));
  made.dataset.folded = "";
  whenPlaced(made, () => {
    const inner = made.firstChild;
    if (inner.scrollHeight <= inner.clientHeight + 2) { delete made.dataset.folded; return; }
    made.classList.add("long");
    made.tabIndex = 0;
    made.setAttribute("role", "button");
    made.setAttribute("aria-expanded", "false");
    made.addEventListener("click", (event) => { if (!event.target.closest("a, button")) turn(); });
    made.addEventListener("keydown", (event) => { if (event.key === "Enter") turn(); });
  });
  return made;
}
