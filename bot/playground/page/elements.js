// Elements, links and numbers as the page writes them. Foreign text only ever becomes a text node.

const SCHEMES = new Set(["http:", "https:", "mailto:", "tel:", "tg:"]);

export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in made && key !== "list") made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

export function clock(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

// A link, or plain text where the address is none that may be opened.
export function link(address, ...children) {
  let scheme = "";
  try { scheme = new URL(address).protocol; } catch { /* no address */ }
  if (!SCHEMES.has(scheme)) return element("span", {}, ...children);
  return element("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

export function spoiler(...children) {
  const made = element("button", {
    type: "button", className: "spoiler", "aria-expanded": "false", "aria-label": "Hidden text; press to show",
  }, ...children);
  made.addEventListener("click", () => {
    made.setAttribute("aria-expanded", "true");
    made.removeAttribute("aria-label");
  });
  return made;
}

// Calls `fold` once the element stands on the page and its height is known.
export function whenPlaced(made, fold) {
  const watch = new ResizeObserver(() => {
    if (!made.clientHeight) return;
    watch.disconnect();
    fold(made);
  });
  watch.observe(made);
}

export function code(words, language) {
  const made = element("pre", { tabIndex: 0, dir: "ltr" }, element("code", {}, words));
  if (!language) return made;
  made.setAttribute("aria-label", `Code in ${language}`);
  return element("div", { className: "code" }, element("span", { className: "language" }, language), made);
}

export function bytes(count) {
  if (count < 1000) return `${count} B`;
  const [unit, size] = count < 1e6 ? ["KB", 1e3] : ["MB", 1e6];
  return `${(count / size).toFixed(count < 1e6 ? 0 : 1)} ${unit}`;
}

export function minutes(seconds) {
  const two = (part) => String(Math.floor(part)).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  return hours ? `${hours}:${two((seconds % 3600) / 60)}:${two(seconds % 60)}` : `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
}
