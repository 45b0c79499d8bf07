// Inline mode: while one types "@bot words", the bot's cards stand above the box, and one that is chosen is posted.

const PAUSE_MS = 250; // without a key before the bot is asked
const NEAR_END = 80; // pixels from the end of the cards within which the next are fetched

export class Inline {
  constructor({ bot, seek, choose, start, show, menu }) {
    Object.assign(this, { bot, seek, choose, start, show });
    this.asked = null;
    this.end();
    menu.addEventListener("scroll", () => {
      if (menu.scrollHeight - menu.scrollTop - menu.clientHeight < NEAR_END) this.more();
    });
  }

  // What stands behind the bot's name, null where the text does not begin with that.
  words(text) {
    const found = /^@(\w+)\s([^]*)$/.exec(text);
    return found && found[1].toLowerCase() === this.bot().toLowerCase() ? found[2].trim() : null;
  }

  ask(words) {
    if (words === this.asked) return;
    this.end();
    this.asked = words;
    this.timer = setTimeout(() => this.load(""), PAUSE_MS);
  }

  end() {
    clearTimeout(this.timer);
    this.stop?.abort();
    Object.assign(this, { asked: null, next: "", cards: [], stop: null });
  }

  more() {
    if (!this.next || this.asked === null) return;
    const offset = this.next;
    this.next = "";
    this.load(offset);
  }

  // An answer to what is no longer typed is dropped, and so is one that does not come.
  async load(offset) {
    const stop = new AbortController();
    this.stop = stop;
    let answer;
    try { answer = await this.seek(this.asked, offset, stop.signal); } catch { return; }
    if (stop.signal.aborted || !answer) return;
    this.next = answer.next;
    this.cards.push(...answer.results.map((card) => ({
      label: card.title, about: card.about, image: card.image, isCard: true, act: () => this.choose(answer.id, card.id),
    })));
    if (!offset) this.button = answer.button;
    const { button } = this;
    const above = button.text ? [{ label: button.text, about: "", isButton: true, act: () => this.start(button.start_parameter) }] : [];
    this.show([...above, ...this.cards], { goesOn: Boolean(offset) });
  }
}
