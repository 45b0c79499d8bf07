// Turns messages into elements. Foreign text only ever becomes a text node.

const WRAPPERS = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote", spoiler: "button",
};
const LINKS = new Set(["text_link", "url", "mention", "hashtag", "email"]);
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
  return new Date(seconds * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

function link(address, ...children) {
  let scheme = "";
  try { scheme = new URL(address).protocol; } catch { /* no address: plain text */ }
  if (!SCHEMES.has(scheme)) return element("span", {}, ...children);
  return element("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

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
    at = end;
    i = next;
  }
  fragment.append(text.slice(at));
  return fragment;
}

function wrap(entity, words, inner) {
  const content = formatted(words, inner);
  if (entity.type === "bot_command") {
    return element("a", { href: "#", className: "command", "data-command": words }, content);
  }
  if (LINKS.has(entity.type)) {
    const address = entity.url ?? (entity.type === "url" ? words : "");
    return link(entity.type === "email" ? `mailto:${words}` : address, content);
  }
  const made = element(WRAPPERS[entity.type] ?? "span", {}, content);
  if (entity.type === "spoiler") {
    made.type = "button";
    made.className = "spoiler";
    made.setAttribute("aria-expanded", "false");
    made.setAttribute("aria-label", "Hidden text; press to show");
    made.addEventListener("click", () => {
      made.setAttribute("aria-expanded", "true");
      made.removeAttribute("aria-label");
    });
  }
  if (entity.type === "expandable_blockquote") {
    made.dataset.folded = "";
    made.addEventListener("click", () => delete made.dataset.folded);
  }
  return made;
}

function picture(media, describe) {
  const image = element("img", {
    src: media.url, alt: "", width: media.width || 640, height: media.height || 400, loading: "lazy",
  });
  const button = element("button", { type: "button", className: "picture", "aria-label": describe }, image);
  if (media.spoiler) button.classList.add("veiled");
  button.addEventListener("click", () => {
    if (button.classList.contains("veiled")) { button.classList.remove("veiled"); return; }
    document.getElementById("photo-full").src = media.url;
    document.getElementById("photo").showModal();
  });
  return button;
}

function card(preview) {
  const made = link(preview.url);
  made.className = preview.large ? "card large" : "card";
  const image = preview.image && element("img", { src: new URL(preview.image).pathname, alt: "" });
  if (image && !preview.large) made.append(image);
  made.append(
    element("span", { className: "site" }, preview.site),
    element("b", {}, preview.title),
    element("span", { className: "about" }, preview.about),
  );
  if (image && preview.large) made.append(image);
  return made;
}

function keyboard(message, press) {
  const rows = message.buttons.map((row) => element("div", {}, ...row.map((button) => {
    if (button.url) {
      const made = link(button.url, button.text);
      made.append(element("span", { "aria-hidden": "true" }, " ↗"));
      return made;
    }
    const made = element("button", { type: "button" }, button.text);
    made.addEventListener("click", () => press(message, button, made));
    return made;
  })));
  return element("div", { className: "buttons", role: "group", "aria-label": "Buttons" }, ...rows);
}

// `named`: whether the sender's name shows, as it does in groups.
export function bubble(message, { named, press }) {
  if (message.service) return element("p", { className: "service" }, message.service);
  const box = element("div", { className: message.above ? "bubble above" : "bubble" });
  if (named && !message.mine) box.append(element("div", { className: "sender" }, message.sender));
  if (message.reply) {
    box.append(element("div", { className: "quoted" }, element("b", {}, message.reply.sender), " ", message.reply.text));
  }
  const text = element("div", { className: "text", dir: "auto" }, formatted(message.text, message.entities));
  const parts = [];
  if (message.media?.kind === "photo") {
    parts.push(picture(message.media, "Show the picture in full"));
  } else if (message.media) {
    parts.push(element("a", { className: "file", href: message.media.url, download: message.media.name }, `📄 ${message.media.name}`));
  }
  if (message.text) parts.push(text);
  if (message.above) parts.reverse();
  if (message.preview) parts[message.preview.above ? "unshift" : "push"](card(message.preview));
  const marks = [message.silent ? "🔕" : "", message.edited ? "edited" : "", clock(message.date)].filter(Boolean);
  const meta = element("span", { className: "meta" }, marks.join(" "));
  if (message.silent) meta.title = "Sent without a sound";
  box.append(...parts, meta);
  const made = element("article", {
    className: message.mine ? "message mine" : "message", "data-id": String(message.id), "aria-label": message.mine ? "You" : message.sender,
  }, box);
  if (message.buttons.length) made.append(keyboard(message, press));
  return made;
}
