"""Which addresses are asked, and which never."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from yarl import URL

from bot.fetch import address
from bot.fetch.address import follow, is_allowed, lacks_scheme, normalise, refusal, refusal_by_looks

LOOPBACK = (ip_network("127.0.0.0/8"),)


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("example.com/feed", "https://example.com/feed"),
        ("  <https://x.example/a>\n", "https://x.example/a"),
        ("//example.com/x", "https://example.com/x"),
        ("example.com:8080/a", "https://example.com:8080/a"),
        ("localhost:99", "https://localhost:99/"),
        ("[::1]:8080/a", "https://[::1]:8080/a"),
        ("example.com?u=http://a.example", "https://example.com/?u=http://a.example"),
        ("HTTPS://EXAMPLE.com", "https://example.com/"),
        ("http:example.com/x", "http://example.com/x"),
        ("feed://a.example/x", "http://a.example/x"),
        ("itpc://a.example/x", "http://a.example/x"),
        ("pcast:https://a.example/x", "https://a.example/x"),
        ("podcast://a.example/x", "http://a.example/x"),
        ("feed:https://a.example/x y", "https://a.example/x%20y"),
        ("feed://https://a.example/", "https://a.example/"),
        ("https://a.example/é/feed:https://b.example/", "https://a.example/%C3%A9/feed:https://b.example/"),
        ("http://a.example:80/", "http://a.example/"),
        ("https://a.example:443/", "https://a.example/"),
        ("http://a.example:443/", "http://a.example:443/"),
        ("https://www.example.com./a", "https://www.example.com/a"),
        (
            "http://例え.テスト/パス?ク=エ",
            "http://xn--r8jz45g.xn--zckzah/%E3%83%91%E3%82%B9?%E3%82%AF=%E3%82%A8",
        ),
        ("http://foo_bar.example/", "http://foo_bar.example/"),
        ("http://a.example/%zz%41?q=a b#part", "http://a.example/%25zz%41?q=a%20b"),
        ("http://a.example/x\ty\nz", "http://a.example/xyz"),
        ("http://u:p%40ss@a.example/", "http://u:p%40ss@a.example/"),
        ("http://user@h.example@x.example/", "http://user%40h.example@x.example/"),
        ("http://good.example\\@evil.example/", "http://good.example/@evil.example/"),
        ("http://0x7f.1/", "http://127.0.0.1/"),
        ("http://2130706433/", "http://127.0.0.1/"),
        ("http://017700000001/", "http://127.0.0.1/"),
        ("http://127.1", "http://127.0.0.1/"),
        ("http://①②⑦.0.0.1/", "http://127.0.0.1/"),
        ("http://%31%32%37.0.0.1/", "http://127.0.0.1/"),
        ("http://127。0。0。1/", "http://127.0.0.1/"),
        ("http://[::FFFF:127.0.0.1]/", "http://[::ffff:7f00:1]/"),
    ],
)
def test_what_is_typed_becomes_what_is_asked(typed: str, asked: str) -> None:
    got = normalise(typed)
    if "[::ffff" in asked:  # Python 3.13 writes the last part in dots again
        assert IPv6Address(got[8:-2]) == IPv6Address("::ffff:127.0.0.1")
    else:
        assert got == asked
    assert normalise(got) == got


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("hello", "should look like"),
        ("/etc/passwd", "should look like"),
        ("file:///etc/passwd", "file:"),
        ("javascript:alert(1)", "javascript:"),
        ("gopher://a.example/", "gopher:"),
        ("mailto:a@b.example", "mailto:"),
        ("http://", "no host"),
        ("http://a b.example/", "no host"),
        ("http://a..b/", "no host"),
        ("http://-a.example", "no host"),
        ("http://1.2.3.256", "no host"),
        ("http://1.2.3.4.5", "no host"),
        ("http://09.1.1.1", "no host"),
        (f"http://{'1' * 5000}", "characters"),
        (f"http://{'1' * 4000}", "no host"),
        (f"http://{'a' * 64}.example", "no host"),
        ("http://[fe80::1%25eth0]/", "no host"),
        ("http://[::1", "should look like"),
        ("http://a.example:99999/", "should look like"),
        ("http://a.example:0/", "port 0"),
        ("http://a.example:x/", "should look like"),
        ("http://\ud800.example/", "no host"),
    ],
)
def test_what_cannot_be_asked_is_said_in_a_sentence(typed: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        normalise(typed)


def test_only_a_missing_scheme_is_a_guess() -> None:
    assert lacks_scheme("example.com:80/x")
    assert lacks_scheme("//example.com")
    assert not lacks_scheme("http://example.com")
    assert not lacks_scheme("feed:example.com")


@settings(deadline=None)
@given(
    st.text(max_size=60)
    | st.from_regex(r"\A(https?:|feed:)?[/\\]{0,3}[^\s/]{0,30}(:\d{0,6})?[/?#\\][^\n]{0,30}\Z")
)
def test_whatever_comes_is_an_address_for_good_or_a_sentence(typed: str) -> None:
    try:
        url = normalise(typed)
    except ValueError as error:
        assert " " in str(error)
        return
    assert normalise(url) == url
    assert url.isascii()
    assert url.isprintable()
    assert " " not in url
    seen = URL(url, encoded=True)  # what the library will dial
    assert seen.scheme in {"http", "https"}
    assert seen.raw_host
    assert seen.raw_host == address.host_of(url)


@settings(deadline=None)
@given(st.ip_addresses(v=4))
def test_every_spelling_of_a_number_is_the_same_address(ip: IPv4Address) -> None:
    number = int(ip)
    parts = [str(part) for part in ip.packed]
    for host in (str(number), hex(number), f"0{number:o}", ".".join(f"0x{int(part):x}" for part in parts)):
        assert normalise(f"http://{host}/") == f"http://{ip}/"
    assert normalise(f"http://{parts[0]}.{number & 0xFFFFFF}/") == f"http://{ip}/"


PRIVATE = [
    "127.0.0.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "100.100.100.200", "192.0.0.8", "192.0.0.192", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.1",
    "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "168.63.129.16", "::",
    "::1", "::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:0:127.0.0.1",
    "64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::169.254.169.254", "64:ff9b:1::1",
    "64:ff9b:1::8.8.8.8", "100::1", "2001::1", "2001:db8::1", "2001:10::1", "2002:7f00:1::", "2002:808:808::",
    "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1",
]  # fmt: skip


@pytest.mark.parametrize("ip", PRIVATE)
@pytest.mark.parametrize("port", [80, 443, 8080, 8443])
def test_what_is_not_the_public_internet_is_not_dialled(ip: str, port: int) -> None:
    assert not is_allowed(ip_address(ip), port, ())


@pytest.mark.parametrize(
    "ip", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"]
)
def test_the_public_internet_is_dialled_on_the_ports_of_the_web_only(ip: str) -> None:
    for port in (80, 443, 8080, 8443):
        assert is_allowed(ip_address(ip), port, ())
    for port in (0, 22, 25, 6379, 8081, 65535):
        assert refusal(ip_address(ip), port, ()) == address.ODD_PORT


def test_allowed_networks_are_exempt_on_any_port_and_in_any_form() -> None:
    for ip in ("127.0.0.1", "::ffff:127.0.0.1", "64:ff9b::127.0.0.1"):
        assert is_allowed(ip_address(ip), 6379, LOOPBACK)
    assert not is_allowed(ip_address("::1"), 80, LOOPBACK)
    assert not is_allowed(ip_address("10.0.0.1"), 80, LOOPBACK)
    assert is_allowed(ip_address("::1"), 5, (ip_network("::1/128"),))


@settings(deadline=None)
@given(st.ip_addresses(v=4))
def test_wrapping_an_address_does_not_get_it_past_the_guard(ip: IPv4Address) -> None:
    allowed = is_allowed(ip, 80, ())
    assert is_allowed(IPv6Address(f"::ffff:{ip}"), 80, ()) == allowed
    assert is_allowed(IPv6Address(f"64:ff9b::{ip}"), 80, ()) == allowed
    assert not is_allowed(IPv6Address(f"::{ip}"), 80, ())


@pytest.mark.parametrize(
    ("url", "proxied", "refused"),
    [
        ("http://127.0.0.1/", False, True),
        ("http://[::1]/", False, True),
        ("http://localhost/", False, True),
        ("http://a.localhost/", True, True),
        ("http://10.0.0.1/", True, True),
        ("http://8.8.8.8:22/", True, True),
        ("http://8.8.8.8/", True, False),
        ("http://a.example/", True, False),
        ("http://a.example:6379/", True, True),
        ("http://a.example:6379/", False, False),
    ],
)
def test_what_looks_forbidden_is_refused_before_it_is_dialled(
    url: str, *, proxied: bool, refused: bool
) -> None:
    assert (refusal_by_looks(url, (), proxied=proxied) is not None) == refused


@pytest.mark.parametrize(
    ("url", "location", "target"),
    [
        ("http://a.example/x/y", "z?q#f", "http://a.example/x/z?q"),
        ("http://a.example/x", "//b.example", "http://b.example/"),
        ("http://a.example/x", " /ü b ", "http://a.example/%C3%BC%20b"),
        ("http://a.example/x", "HTTPS://B.example/", "https://b.example/"),
        ("http://u:p@a.example/x", "/y", "http://u:p@a.example/y"),
        ("http://u:p@a.example/x", "https://a.example/y", "https://u:p@a.example/y"),
        ("https://u:p@a.example/x", "http://a.example/y", "http://a.example/y"),
        ("http://u:p@a.example/x", "http://b.example/y", "http://b.example/y"),
        ("http://u:p@a.example/x", "http://a.example:8080/y", "http://a.example:8080/y"),
        ("http://u:p@a.example:81/x", "https://a.example/y", "https://a.example/y"),
        ("http://u:p@a.example/x", "http://v:q@a.example/y", "http://v:q@a.example/y"),
    ],
)
def test_a_redirect_leads_where_a_browser_would_go_and_takes_credentials_home_only(
    url: str, location: str, target: str
) -> None:
    assert follow(url, location) == target


@pytest.mark.parametrize("location", ["file:///etc/passwd", "data:text/xml,<rss/>", "http://[::1"])
def test_a_redirect_never_leaves_the_web(location: str) -> None:
    with pytest.raises(ValueError, match="redirects to an address that cannot be asked"):
        follow("http://a.example/", location)


def test_credentials_are_not_shown() -> None:
    assert address.without_user("http://u:p@a.example:81/x?y") == "http://a.example:81/x?y"
    assert address.host_of("http://u:p@a.example:81/x") == "a.example"


@given(st.from_regex(address._PLAIN, fullmatch=True))
def test_what_is_taken_for_plain_is_so(url: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(address, "_PLAIN", re.compile(r"(?!)"))
        assert address.normalise(url) == url
