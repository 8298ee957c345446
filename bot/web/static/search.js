// Searches the titles and introductions of all items, month by month from the newest, in the
// reader's browser. A month is a list of [id, day, title, further words, topics by number].
"use strict";
(() => {
  const MOST = 100;
  const HAN = /\p{Script=Han}/u;
  const WORDS = /\p{Script=Han}+|[^\s\p{Script=Han}]+/gu;
  const form = document.getElementById("search");
  const input = document.getElementById("q");
  const status = document.getElementById("status");
  const results = document.getElementById("results");
  const read = new Map();
  let turn = 0;
  let simplified = null;

  const load = (name) => {
    if (!read.has(name)) {
      const answer = fetch(name).then((found) => {
        if (!found.ok) throw new Error(`${name}: ${found.status}`);
        return found.json();
      });
      answer.catch(() => read.delete(name));
      read.set(name, answer);
    }
    return read.get(name);
  };

  const fold = (text) => {
    const plain = text.normalize("NFKC").toLowerCase();
    if (!simplified || !HAN.test(plain)) return plain;
    return Array.from(plain, (letter) => simplified.get(letter) || letter).join("");
  };

  // Chinese is found anywhere, a word of letters at its beginning.
  const isLetter = /[\p{L}\p{N}]/u;
  const has = (text, word) => {
    if (HAN.test(word)) return text.includes(word);
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
      const before = at && text[at - 1];
      if (!before || !isLetter.test(before) || HAN.test(before) || !isLetter.test(word[0])) return true;
    }
    return false;
  };

  const folded = (rows, names) => {
    if (!rows.texts)
      rows.texts = rows.map(([, , title, more, topics]) => {
        const on = topics.map((number) => names[number]).join(" ");
        return `${fold(title)} ${more} ${on}`;
      });
    return rows.texts;
  };

  const show = (month, [id, day, title]) => {
    const line = document.createElement("li");
    const link = document.createElement("a");
    const date = document.createElement("span");
    link.href = `../items/${Math.floor(id / 1000)}/${id}.html`;
    link.textContent = title;
    date.className = "faint";
    date.textContent = ` ${month}-${String(day).padStart(2, "0")}`;
    line.append(link, date);
    results.append(line);
  };

  const search = async (text) => {
    const mine = ++turn;
    results.replaceChildren();
    status.textContent = text.trim() ? form.dataset.busy : "";
    if (!text.trim()) return;
    if (HAN.test(text) && !simplified) {
      const [from, to] = await load("../../static/simplified.json");
      const target = Array.from(to);
      simplified = new Map(Array.from(from, (letter, place) => [letter, target[place]]));
      read.forEach(async (rows) => delete (await rows).texts);
    }
    const words = fold(text).match(WORDS) || [];
    let found = 0;
    const { months, topics } = await load("months.json");
    for (const month of months) {
      const rows = await load(`${month}.json`);
      if (mine !== turn) return;
      const texts = folded(rows, topics);
      for (let n = 0; n < rows.length; n++) {
        if (!words.every((word) => has(texts[n], word))) continue;
        if (++found <= MOST) show(month, rows[n]);
      }
      if (found >= MOST) break;
    }
    const number = found >= MOST ? `${MOST}+` : String(found);
    status.textContent = found ? form.dataset.found.replace("{n}", number) : form.dataset.none;
  };

  const begin = () => {
    search(input.value).catch(() => {
      status.textContent = form.dataset.failed;
    });
  };
  let waiting = 0;
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(begin, 60);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(waiting);
    history.replaceState(null, "", `?q=${encodeURIComponent(input.value)}`);
    begin();
  });
  input.value = new URLSearchParams(location.search).get("q") || "";
  if (input.value) begin();
})();
