// The message box, as tall as its text: sending, the menu of commands while one types "/", the newsroom's feeds, and
// the bot's cards while one types behind its name.

import { element } from "./bubbles.js";
import { Inline } from "./inline.js";

const TOUCH = matchMedia("(hover: none) and (pointer: coarse)");

export class Composer {
  constructor({ send, commands, feeds, bot, seek, choose, start }) {
    this.send = send;
    this.commands = commands;
    this.feeds = feeds;
    this.bot = bot;
    this.text = document.getElementById("text");
    this.menu = document.getElementById("menu");
    this.button = document.getElementById("feeds");
    this.chosen = -1;
    this.choices = [];
    this.inline = new Inline({
      bot, seek, menu: this.menu,
      choose: (query, card) => { this.clear(); choose(query, card); },
      start: (parameter) => { this.clear(); start(parameter); },
      show: (choices, how) => this.show(choices, how),
    });
    const form = document.getElementById("composer");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.go();
    });
    this.text.addEventListener("input", () => { this.fit(); this.suggest(); });
    this.text.addEventListener("keydown", (event) => this.key(event));
    form.addEventListener("focusout", (event) => { if (!form.contains(event.relatedTarget)) this.close(); });
    this.button.addEventListener("click", () => this.toggleFeeds());
    this.button.addEventListener("keydown", (event) => { if (event.key === "Escape") this.close(); });
  }

  go() {
    if (this.chosen >= 0) this.take(this.choices[this.chosen]);
    else this.submit(this.text.value);
  }

  fit() {
    this.text.style.height = "auto";
    const border = this.text.offsetHeight - this.text.clientHeight;
    this.text.style.height = `${this.text.scrollHeight + border}px`;
  }

  submit(text) {
    if (!text.trim()) return;
    this.clear();
    this.send(text.trim());
  }

  clear() {
    this.text.value = "";
    this.fit();
    this.close();
  }

  write(text) {
    this.text.value = text;
    this.fit();
    this.text.focus();
    this.suggest();
  }

  suggest() {
    const words = this.inline.words(this.text.value);
    if (words !== null) { this.inline.ask(words); return; }
    const typed = this.text.value.toLowerCase();
    const name = `@${this.bot()}`;
    if (typed.startsWith("@") && name.toLowerCase().startsWith(typed)) {
      this.close();
      this.show([{ label: name, about: "a stored item for this chat", text: name }]);
      return;
    }
    if (!/^\/\w*$/.test(typed)) { this.close(); return; }
    this.show(this.commands()
      .filter((command) => `/${command.command}`.startsWith(typed))
      .map((command) => ({ label: `/${command.command}`, about: command.description, text: `/${command.command}` })));
  }

  toggleFeeds() {
    if (this.button.getAttribute("aria-expanded") === "true") { this.close(); return; }
    this.show(this.feeds());
    this.button.setAttribute("aria-expanded", String(!this.menu.hidden));
    this.text.focus();
  }

  // `goesOn`: the choices are those that stand there, and more of them.
  show(choices, { goesOn = false } = {}) {
    const { chosen } = this;
    const top = this.menu.scrollTop;
    this.choices = choices;
    this.chosen = goesOn ? chosen : -1;
    this.menu.replaceChildren(...choices.map((choice, number) => this.line(choice, number)));
    this.menu.scrollTop = goesOn ? top : 0;
    this.menu.hidden = choices.length === 0;
    this.text.setAttribute("aria-expanded", String(!this.menu.hidden));
    this.text.removeAttribute("aria-activedescendant");
  }

  line(choice, number) {
    const line = element("li", {
      role: "option", id: `choice-${number}`, "aria-selected": String(number === this.chosen),
      className: choice.isCard ? "offer" : choice.isButton ? "start" : "",
    }, element("b", {}, choice.label), element("span", {}, choice.about));
    if (choice.isCard) {
      line.prepend(choice.image ? element("img", { src: choice.image, alt: "", loading: "lazy" })
        : element("span", { className: "letter", "aria-hidden": "true" }, [...choice.label.replace(/[^\p{L}\p{N}]/gu, "")][0] ?? "…"));
    }
    line.addEventListener("mousedown", (event) => { event.preventDefault(); this.take(choice); });
    return line;
  }

  close() {
    this.inline.end();
    this.show([]);
    this.button.setAttribute("aria-expanded", "false");
  }

  take(choice) {
    if (choice.act) choice.act();
    else if (choice.whole) this.submit(choice.text);
    else this.write(`${choice.text} `);
  }

  // On a screen keyboard, which has no Shift+Enter, Enter is a new line, and the button sends.
  key(event) {
    if (event.key === "Enter" && !event.isComposing && !event.shiftKey && (this.chosen >= 0 || !TOUCH.matches)) {
      event.preventDefault();
      this.go();
      return;
    }
    if (this.menu.hidden) return;
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key === "Escape") this.close();
    else if (event.key === "Tab" && this.chosen >= 0) { event.preventDefault(); this.take(this.choices[this.chosen]); }
    else if (event.key in moves) {
      event.preventDefault();
      const count = this.choices.length;
      this.chosen = (Math.max(this.chosen, moves[event.key] < 0 ? 0 : -1) + moves[event.key] + count) % count;
      [...this.menu.children].forEach((line, number) => line.setAttribute("aria-selected", String(number === this.chosen)));
      this.text.setAttribute("aria-activedescendant", `choice-${this.chosen}`);
      this.menu.children[this.chosen].scrollIntoView({ block: "nearest" });
    }
  }
}
