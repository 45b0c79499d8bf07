// Rich messages: the blocks of an article, as the Bot API's RichMessage names them.

import { code, element, link, spoiler } from "./elements.js";
import { heard, isSeen, sight } from "./media.js";
import { expandable } from "./text.js";

const INLINE = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", marked: "mark", mark: "mark",
  subscript: "sub", superscript: "sup",
};
// What shows of a long one until "Show more" is pressed.
const SHOWN_BLOCKS = 19;
const SHOWN_LETTERS = 8000;
const LIST_SIGNS = { a: "lower-alpha", A: "upper-alpha", i: "lower-roman", I: "upper-roman" };

// RichText is a string, a list of RichText, or an object with a type.
export function inline(text) {
  if (text === undefined || text === null) return "";
  if (typeof text === "string") return text;
  if (Array.isArray(text)) {
    const fragment = document.createDocumentFragment();
    fragment.append(...text.map(inline));
    return fragment;
  }
  const content = inline(text.text ?? text.expression ?? text.alternative_text);
  if (text.type === "spoiler") return spoiler(content);
  if (text.type === "url") return link(text.url, content);
  if (text.type === "email_address") return link(`mailto:${text.email_address}`, content);
  if (text.type === "phone_number") return link(`tel:${text.phone_number}`, content);
  if (text.type === "mathematical_expression") return element("code", { className: "math" }, content);
  return element(INLINE[text.type] ?? "span", {}, content);
}

function paragraph(name, text, properties = {}) {
  return element(name, { dir: "auto", ...properties }, inline(text));
}

function caption(given) {
  if (!given) return [];
  const told = given.text === undefined && given.credit === undefined ? { text: given } : given;
  return [element("figcaption", { dir: "auto" }, inline(told.text), ...(told.credit ? [" ", element("cite", {}, inline(told.credit))] : []))];
}

// The file of a media block: sizes of a photo with the largest last, or one file.
function fileOf(block) {
  const given = block[block.type];
  const file = Array.isArray(given) ? given.at(-1) : given?.photo?.at?.(-1) ?? given ?? {};
  return {
    kind: block.type === "voice_note" ? "audio" : block.type, url: `chat/files/${file.file_id}`, mime: file.mime_type ?? "",
    width: file.width, height: file.height, size: file.file_size ?? 0, duration: file.duration ?? 0,
    title: file.title, performer: file.performer, name: file.file_name ?? block.type, spoiler: block.has_spoiler,
  };
}

function file(block) {
  const media = fileOf(block);
  if (!isSeen(media)) return element("figure", { className: "sound" }, heard(media), ...caption(block.caption));
  const made = sight(media);
  made.style.aspectRatio = String(Math.max(0.6, (media.width || 640) / (media.height || 400)));
  return element("figure", {}, made, ...caption(block.caption));
}

function list(block) {
  const items = block.items ?? [];
  const ordered = items.length && items.every((item) => item.type);
  const made = element(ordered ? "ol" : "ul", {}, ...items.map((item) => {
    const line = element("li", {}, ...blocks(item.blocks ?? []));
    if (ordered) line.style.listStyleType = LIST_SIGNS[item.type] ?? "decimal";
    if (ordered && item.value) line.value = item.value;
    if (item.has_checkbox) {
      line.className = "task";
      line.prepend(element("input", { type: "checkbox", checked: Boolean(item.is_checked), disabled: true, "aria-label": item.is_checked ? "done" : "to do" }));
    }
    return line;
  }));
  return made;
}

function table(block) {
  const rows = (block.cells ?? []).map((row) => element("tr", {}, ...row.map((cell) => {
    const made = element(cell.is_header ? "th" : "td", { dir: "auto", colSpan: cell.colspan ?? 1, rowSpan: cell.rowspan ?? 1 }, inline(cell.text));
    if (cell.align) made.style.textAlign = cell.align;
    if (cell.valign) made.style.verticalAlign = cell.valign;
    return made;
  })));
  const classes = ["is_bordered", "is_striped", "is_compact"].filter((name) => block[name]).map((name) => name.slice(3));
  return element("figure", { className: "table", tabIndex: 0 },
    element("table", { className: classes.join(" ") }, element("tbody", {}, ...rows)), ...caption(block.caption));
}

function quotation(block) {
  const credit = block.credit ? [element("cite", { dir: "auto" }, inline(block.credit))] : [];
  const content = [...(block.blocks ? blocks(block.blocks) : [inline(block.text)]), ...credit];
  return block.is_expandable ? expandable(...content) : element("blockquote", { dir: "auto" }, ...content);
}

function details(block) {
  return element("details", { open: Boolean(block.is_open) },
    element("summary", { dir: "auto" }, inline(block.summary ?? block.header)), ...blocks(block.blocks ?? []));
}

const DRAWN = {
  paragraph: (block) => paragraph("p", block.text),
  heading: (block) => paragraph(`h${Math.min(6, Math.max(1, block.size ?? 1))}`, block.text),
  pre: (block) => code(inline(block.text), block.language),
  footer: (block) => paragraph("p", block.text, { className: "footer" }),
  divider: () => element("hr"),
  list, table, details,
  blockquote: quotation,
  pullquote: (block) => element("blockquote", { className: "pulled", dir: "auto" }, inline(block.text), ...(block.credit ? [element("cite", {}, inline(block.credit))] : [])),
  mathematical_expression: (block) => element("p", { className: "math" }, block.expression ?? ""),
  collage: (block) => element("figure", { className: "collage" }, ...blocks(block.blocks ?? []), ...caption(block.caption)),
  slideshow: (block) => element("figure", { className: "slides", tabIndex: 0 }, ...blocks(block.blocks ?? []), ...caption(block.caption)),
  photo: file, video: file, animation: file, audio: file, voice_note: file, document: file,
};

function blocks(given) {
  return given.filter((block) => DRAWN[block.type]).map((block) => DRAWN[block.type](block));
}

export function article(given) {
  const made = element("div", { className: "article" });
  const rest = blocks(given);
  while (rest.length && made.childElementCount < SHOWN_BLOCKS && made.textContent.length < SHOWN_LETTERS) {
    made.append(rest.shift());
  }
  if (!rest.length) return made;
  const button = element("button", { type: "button", className: "more" }, "Show more");
  button.addEventListener("click", () => button.replaceWith(...rest));
  made.append(button);
  return made;
}

// The words of an article, for the list of chats.
export function words(given) {
  return inlineWords(given.map((block) => block.text ?? block.blocks?.map((one) => one.text) ?? []));
}

function inlineWords(text) {
  if (typeof text === "string") return text;
  if (Array.isArray(text)) return text.map(inlineWords).filter(Boolean).join(" ");
  return text ? inlineWords(text.text) : "";
}
