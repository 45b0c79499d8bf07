// The chat page: chats at the left, the open one at the right, live by server-sent events.

import { brief, bubble, clock, element } from "./bubbles.js";
import { Composer } from "./composer.js";

const NEAR_END = 120; // pixels from the end within which the page follows new messages
const at = (id) => document.getElementById(id);
const state = { chats: [], messages: new Map(), unread: new Map(), commands: [], feeds: [], open: null, typing: new Map(), replying: null };

async function post(path, body) {
  const answer = await fetch(path, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  if (!answer.ok) toast(await answer.text());
  return answer.ok;
}

function toast(text) {
  const box = at("toast");
  box.textContent = text;
  box.hidden = false;
  clearTimeout(box.timer);
  box.timer = setTimeout(() => { box.hidden = true; }, 4000);
}

const chatOf = (id) => state.chats.find((chat) => chat.id === id);
const shown = (id) => state.messages.get(id) ?? new Map();
const isFollowing = () => at("log").scrollHeight - at("log").scrollTop - at("log").clientHeight < NEAR_END;
const isOnScreen = (id) => state.open === id && !document.hidden && at("log").offsetParent !== null;

function press(message, button, pressed) {
  if (button.copy_text) { navigator.clipboard?.writeText(button.copy_text.text); toast("Copied"); return; }
  pressed.setAttribute("aria-busy", "true");
  setTimeout(() => pressed.removeAttribute("aria-busy"), 5000);
  post("chat/press", { chat: message.chat, message: message.id, data: button.callback_data ?? "" });
}

function drawChats() {
  const focused = document.activeElement?.dataset.chat;
  at("chats").replaceChildren(...state.chats.map((chat) => {
    const last = [...shown(chat.id).values()].at(-1);
    const unread = state.unread.get(chat.id) ?? 0;
    const words = last ? brief(groupOf(last).find((one) => one.text) ?? last) : chat.kind;
    const side = element("span", { className: "side" }, element("time", {}, last ? clock(last.date) : ""));
    if (unread) {
      side.append(element("span", { className: "badge" }, element("span", { className: "unseen" }, "unread: "), String(unread)));
    }
    const line = element("button", { type: "button", className: "chat", "data-chat": String(chat.id) },
      avatar(chat),
      element("span", { className: "what" }, element("b", {}, chat.title), element("span", { className: "last" }, words)),
      side);
    if (chat.id === state.open) line.setAttribute("aria-current", "true");
    line.addEventListener("click", () => open(chat.id, { focus: true }));
    return element("li", {}, line);
  }));
  if (focused) at("chats").querySelector(`[data-chat="${focused}"]`)?.focus();
  const total = [...state.unread.values()].reduce((sum, count) => sum + count, 0);
  document.title = total ? `(${total}) newsrelay playground` : "newsrelay playground";
}

function avatar(chat) {
  const letters = [...chat.title.replace(/[^\p{L}\p{N} ]/gu, "")].slice(0, 1).join("").toUpperCase();
  return element("span", { className: "avatar", "data-kind": chat.kind, "aria-hidden": "true" }, letters);
}

function about(chat) {
  if (state.typing.get(chat.id)) return "writing…";
  if (chat.kind === "bot") return chat.bot_status === "blocked" ? "bot, blocked" : `bot · @${chat.username}`;
  const name = chat.username ? ` · @${chat.username}` : "";
  const role = chat.bot_status === "administrator" ? ", the bot administers it" : `, the bot: ${chat.bot_status}`;
  return `${chat.kind}${name}${role}`;
}

function drawBar() {
  const chat = chatOf(state.open);
  if (!chat) return;
  at("title").textContent = chat.title;
  at("about").textContent = about(chat);
  at("about").toggleAttribute("data-busy", Boolean(state.typing.get(chat.id)));
  at("avatar").replaceWith(Object.assign(avatar(chat), { id: "avatar" }));
  at("hint").hidden = chat.kind !== "channel";
  at("hint").textContent = `A channel is managed from the chat with the bot, by its name @${chat.username}`;
  at("text").placeholder = chat.kind === "channel" ? "Post to the channel" : "Message";
}

// A message with those that make an album with it, in their order.
function groupOf(message) {
  if (!message.album) return [message];
  return [...shown(message.chat).values()].filter((one) => one.album === message.album);
}

// What is sent next answers `message`, null for none.
function reply(message) {
  const follow = isFollowing();
  state.replying = message;
  at("replying").hidden = !message;
  if (follow) toEnd();
  if (!message) return;
  at("replying").querySelector("span").textContent = `${message.sender}: ${brief(message)}`;
  at("text").focus();
}

const draw = (group) => bubble(group, { named: chatOf(group[0].chat)?.kind === "group", press, reply });
const drawn = (group) => group.map((one) => at("log").querySelector(`[data-id="${one.id}"]`)).find(Boolean);

function drawLog() {
  const log = at("log");
  log.setAttribute("aria-busy", "true");
  log.replaceChildren();
  let day = "";
  for (const message of shown(state.open).values()) {
    const group = groupOf(message);
    if (group[0] !== message) continue;
    day = appendDay(log, message, day);
    log.append(draw(group));
  }
  log.dataset.day = day;
  if (!log.children.length) {
    log.append(element("p", { className: "empty" }, chatOf(state.open)?.kind === "bot"
      ? "Say /start, or press ☰ below for a feed of the newsroom." : "Nothing here yet."));
  }
  log.removeAttribute("aria-busy");
  toEnd();
}

function appendDay(log, message, before) {
  const day = new Date(message.date * 1000).toLocaleDateString([], { day: "numeric", month: "long" });
  if (day !== before) log.append(element("p", { className: "day" }, day));
  return day;
}

function toEnd() {
  at("log").scrollTop = at("log").scrollHeight;
  at("newest").hidden = true;
}

function open(id, { focus = false } = {}) {
  if (id !== state.open) reply(null);
  state.open = id;
  state.unread.delete(id);
  if (focus) document.body.dataset.view = "chat";
  drawChats();
  drawBar();
  drawLog();
  if (focus) (matchMedia("(max-width: 700px)").matches ? at("title") : at("text")).focus();
}

const changes = {
  new({ chat, id, message }) {
    if (shown(chat).has(id)) { changes.edited({ chat, id, message }); return; }
    state.messages.set(chat, shown(chat).set(message.id, message));
    state.typing.delete(chat);
    if (!message.mine && !isOnScreen(chat)) state.unread.set(chat, (state.unread.get(chat) ?? 0) + 1);
    if (chat === state.open) {
      const log = at("log");
      const follow = message.mine || isFollowing();
      log.querySelector(".empty")?.remove();
      const group = groupOf(message);
      if (group.length > 1) drawn(group)?.replaceWith(draw(group));
      else {
        log.dataset.day = appendDay(log, message, log.dataset.day ?? "");
        const made = draw(group);
        made.classList.add("fresh");
        log.append(made);
      }
      if (follow) toEnd();
      else at("newest").hidden = false;
    }
  },
  edited({ chat, id, message }) {
    shown(chat).set(id, message);
    const group = groupOf(message);
    if (chat === state.open) drawn(group)?.replaceWith(draw(group));
  },
  deleted({ chat, id }) {
    const message = shown(chat).get(id);
    const place = message && chat === state.open ? drawn(groupOf(message)) : undefined;
    shown(chat).delete(id);
    const left = message?.album ? groupOf(message) : [];
    if (left.length) place?.replaceWith(draw(left));
    else place?.remove();
  },
  typing({ chat }) {
    clearTimeout(state.typing.get(chat));
    state.typing.set(chat, setTimeout(() => { state.typing.delete(chat); drawBar(); }, 5000));
  },
  answer({ chat, id, text, alert }) {
    at("log").querySelectorAll(`[data-id="${id}"] [aria-busy]`).forEach((button) => button.removeAttribute("aria-busy"));
    if (!text || chat !== state.open) return;
    if (!alert) { toast(text); return; }
    at("alert-text").textContent = text;
    at("alert").showModal();
  },
  chat({ chats }) { state.chats = chats; },
  commands({ commands }) { state.commands = commands; },
};

// Changes that come while the state is being fetched are held back, and applied to it.
let held = [];

function apply(change) {
  if (held) { held.push(change); return; }
  changes[change.what]?.(change);
  drawChats();
  drawBar();
}

async function load() {
  held = [];
  const answer = await fetch("chat/state");
  if (!answer.ok) throw new Error(`state: ${answer.status}`);
  const { chats, messages, commands, feeds } = await answer.json();
  Object.assign(state, { chats, commands, feeds });
  state.messages = new Map(chats.map((chat) => [chat.id, new Map(messages[chat.id].map((one) => [one.id, one]))]));
  const wanted = chatOf(state.open) ? state.open : chats[0]?.id;
  if (wanted !== undefined) open(wanted);
  const late = held;
  held = null;
  late.forEach(apply);
}

// A channel is spoken for in the chat with the bot.
function feedChoices() {
  const chat = chatOf(state.open);
  const target = chat?.kind === "channel" ? ` @${chat.username}` : "";
  return state.feeds.map((feed) => ({
    label: feed.title, about: feed.about, text: `/sub ${feed.url}${target}`, whole: true,
  }));
}

// The bot's cards for words, undefined where it gives none.
async function seek(words, offset, signal) {
  const answer = await fetch("chat/seek", {
    method: "POST", headers: { "Content-Type": "application/json" }, signal,
    body: JSON.stringify({ chat: state.open, words, offset }),
  });
  return answer.ok ? answer.json() : undefined;
}

function start(parameter) {
  const bot = state.chats.find((one) => one.kind === "bot");
  open(bot.id, { focus: true });
  post("chat/say", { chat: bot.id, text: `/start ${parameter}` });
}

function send(text) {
  const chat = chatOf(state.open);
  const bot = state.chats.find((one) => one.kind === "bot");
  if (chat?.kind === "channel" && text.startsWith("/sub ") && bot) open(bot.id, { focus: true });
  post("chat/say", { chat: state.open, text, reply: state.replying?.id ?? 0 });
  reply(null);
}

function listen() {
  const stream = new EventSource("chat/events");
  stream.onopen = async () => {
    try {
      await load();
      at("link").textContent = "connected";
      at("link").dataset.on = "";
    } catch { stream.close(); setTimeout(listen, 1000); }
  };
  stream.onerror = () => {
    at("link").textContent = "the playground is not there; trying again…";
    delete at("link").dataset.on;
  };
  stream.onmessage = (event) => apply(JSON.parse(event.data));
}

const composer = new Composer({
  send, seek, start, commands: () => state.commands, feeds: feedChoices,
  bot: () => state.chats.find((one) => one.kind === "bot")?.username ?? "",
  choose: (query, result) => post("chat/choose", { chat: state.open, query, result }),
});
at("back").addEventListener("click", () => {
  document.body.dataset.view = "list";
  drawChats();
  at("chats").querySelector("[aria-current]")?.focus();
});
at("newest").addEventListener("click", toEnd);
at("replying").querySelector("button").addEventListener("click", () => { reply(null); at("text").focus(); });
let following = true;
at("log").addEventListener("scroll", () => {
  following = isFollowing();
  if (following) at("newest").hidden = true;
});
// A picture of unknown size pushes the end away when it is there.
at("log").addEventListener("load", () => { if (following) toEnd(); }, true);
at("log").addEventListener("click", (event) => {
  const command = event.target.closest("[data-command]");
  if (!command) return;
  event.preventDefault();
  composer.submit(command.dataset.command);
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && state.open) { state.unread.delete(state.open); drawChats(); }
});
listen();
