"use strict";
// The chat page: shows what the server says with text nodes only, keeps unanswered questions, reconnects by itself.
(() => {
  const byId = (id) => document.getElementById(id);
  const log = byId("log");
  const form = byId("ask");
  const question = byId("question");
  const state = byId("state");
  const starters = byId("starters");
  const people = byId("people");
  const LONGEST_WAIT = 30000;
  const SIGN_OF_LIFE = 25000;
  const PATIENCE = 10000;
  const PIECE = 128 * 1024;
  const LEFT = 4001; // how a line closes whose visitor left this browser

  let words = JSON.parse(byId("words").textContent);
  let locale = document.documentElement.lang;
  let person = null;
  let visitor = null;
  let socket = null;
  let attempt = 0;
  let retry = 0;
  let pulse = 0;
  let deadline = 0;
  let replies = 0;
  const unanswered = new Map(); // message id → { message, bubble }

  // ---- Small makers; nothing here ever reads text as markup.

  function make(tag, kind, text) {
    const node = document.createElement(tag);
    if (kind) node.className = kind;
    if (text !== undefined) node.textContent = text;
    return node;
  }

  function fill(template, values) {
    return template.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
  }

  function newId() {
    return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  function clock() {
    const now = new Date();
    const node = make("time", "", new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hour12: false }).format(now));
    node.dateTime = now.toISOString();
    // Shown on paper, where "today" has no meaning.
    node.dataset.day = new Intl.DateTimeFormat("en-GB", { day: "2-digit", month: "2-digit", year: "numeric" }).format(now);
    return node;
  }

  // ---- The conversation

  function add(node) {
    const working = log.querySelector(".working");
    log.insertBefore(node, working);
    return node;
  }

  function showMine(text) {
    const article = make("article", "mine");
    const bubble = make("div");
    bubble.append(make("span", "unseen", words.you), make("p", "words", text), clock());
    article.append(bubble);
    add(article);
    log.scrollTop = log.scrollHeight;
    return article;
  }

  function showSentence(kind, text) {
    const node = add(make("p", kind, text));
    if (kind !== "said") node.append(clock());
    node.scrollIntoView({ block: "nearest" });
  }

  function showWorking() {
    const busy = unanswered.size > 0 && state.dataset.state === "connected";
    const shown = log.querySelector(".working");
    if (!busy && shown) shown.remove();
    if (!busy || shown) return;
    const node = make("div", "working");
    const dots = make("span", "dots");
    dots.setAttribute("aria-hidden", "true");
    dots.append(make("i"), make("i"), make("i"));
    node.append(dots, make("span", "", words.working));
    log.append(node);
    log.scrollTop = log.scrollHeight;
  }

  function showReply(reply) {
    const number = ++replies;
    const article = make("article", "ours");
    if (reply.title) article.append(make("h2", "words", reply.title));
    appendLines(article, reply.lines.filter((line) => !line.background), number);

    const background = reply.lines.filter((line) => line.background);
    if (background.length) {
      const apart = make("section", "background");
      apart.append(make("p", "label", words.background));
      appendLines(apart, background, number);
      article.append(apart);
    }
    appendBases(article, words.basis, reply.citations.filter((one) => !one.reference), number);
    appendBases(article, words.sources, reply.citations.filter((one) => one.reference), number);
    if (reply.file) article.append(isPicture(reply.file) ? makePicture(reply.file) : makeDownload(reply.file));
    if (reply.choices.length) {
      article.append(make("p", "label label-next", words.next), makeChoices(reply.choices));
    }
    article.append(clock());
    add(article);
    // A long answer is read from its beginning.
    const question = article.previousElementSibling;
    const top = question && question.classList.contains("mine") ? question : article;
    log.scrollTop = top.offsetTop - log.offsetTop - 16;
  }

  function appendLines(parent, lines, number) {
    let list = null;
    for (const line of lines) {
      const node = make(line.item ? "li" : "p", "words", line.text);
      for (const cite of line.cites) node.append(makeMark(cite, number));
      if (!line.item) {
        list = null;
        parent.append(node);
        continue;
      }
      if (!list) {
        list = make("ul");
        parent.append(list);
      }
      list.append(node);
    }
  }

  function makeMark(cite, number) {
    const mark = make("sup", "mark");
    const link = make("a", "", `[${cite}]`);
    link.href = `#basis-${number}-${cite}`;
    link.setAttribute("aria-label", fill(words.basis_number, { number: cite }));
    mark.append(link);
    return mark;
  }

  function appendBases(article, heading, citations, number) {
    if (!citations.length) return;
    const section = make("section", "bases");
    section.append(make("p", "label", heading));
    const list = make("ol");
    for (const citation of citations) {
      const item = make("li");
      item.id = `basis-${number}-${citation.number}`;
      item.append(make("span", "number", `[${citation.number}]`), make("span", "", citation.text));
      list.append(item);
    }
    section.append(list);
    article.append(section);
  }

  function makeChoices(choices) {
    const group = make("div", "choices");
    for (const choice of choices) {
      const button = make("button", "", choice.label);
      button.type = "button";
      button.addEventListener("click", () => ask({ type: "choose", token: choice.token }, choice.label));
      group.append(button);
    }
    return group;
  }

  const PICTURES = ["image/png", "image/jpeg"];
  const isPicture = (file) => PICTURES.includes(file.media_type);

  const bytesOf = (file) => Uint8Array.from(atob(file.data), (letter) => letter.charCodeAt(0));

  function makePicture(file) {
    const picture = make("img", "picture");
    picture.alt = file.description;
    // Only ever a picture: whatever else the bytes were, nothing of it runs.
    picture.src = URL.createObjectURL(new Blob([bytesOf(file)], { type: file.media_type }));
    return picture;
  }

  function makeDownload(file) {
    const bytes = bytesOf(file);
    const link = make("a", "file", fill(words.download, { name: file.name }));
    // Always opaque bytes: nothing that arrives here is opened as a page of ours.
    link.href = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
    link.download = file.name;
    return link;
  }

  function showStarters(choices) {
    starters.replaceChildren(...makeChoices(choices).children);
    starters.hidden = !choices.length;
  }

  // ---- Asking and hearing

  function ask(message, shown, file) {
    const id = newId();
    const bubble = showMine(shown);
    unanswered.set(id, { message: { ...message, id }, bubble, file });
    if (!transmit({ ...message, id })) bubble.classList.add("unsent");
    showWorking();
  }

  function transmit(message) {
    if (!socket || socket.readyState !== WebSocket.OPEN) return false;
    socket.send(JSON.stringify(message));
    return true;
  }

  // An answer to a question that is no longer open was already shown over an earlier connection.
  function settle(id) {
    if (id === null || id === undefined) return true;
    const open = unanswered.get(id);
    if (!open) return false;
    open.bubble.classList.remove("unsent");
    unanswered.delete(id);
    return true;
  }

  const hearing = {
    welcome(heard) {
      if (visitor !== null && heard.visitor !== visitor) {
        startAnew();
        return;
      }
      visitor = heard.visitor;
      showStarters(heard.starters);
      if (person !== null) transmit({ type: "be", person });
      for (const { message, bubble } of unanswered.values()) {
        if (transmit(message)) bubble.classList.remove("unsent");
      }
      setState("connected", attempt > 0 ? words.back : "");
      attempt = 0;
    },
    reply(heard) {
      if (settle(heard.to)) showReply(heard);
    },
    notice(heard) {
      if (settle(heard.to)) showSentence("notice", heard.text);
    },
    apology(heard) {
      if (settle(heard.to)) showSentence("apology", heard.text);
    },
    language(heard) {
      words = heard.words;
      locale = heard.locale;
      document.documentElement.lang = locale;
      for (const node of document.querySelectorAll("[data-word]")) node.textContent = words[node.dataset.word];
      for (const node of document.querySelectorAll("[data-word-label]")) node.setAttribute("aria-label", words[node.dataset.wordLabel]);
      for (const node of document.querySelectorAll("[data-word-placeholder]")) node.placeholder = words[node.dataset.wordPlaceholder];
      for (const link of document.querySelectorAll("[data-language]")) {
        if (link.dataset.language === locale) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      }
      history.replaceState(null, "", `/?lang=${encodeURIComponent(locale)}`);
      setState("connected", "");
      showStarters(heard.starters);
    },
    person(heard) {
      const isChange = person !== heard.person;
      person = heard.person;
      markPerson();
      if (isChange) showSentence("said", heard.text);
    },
    async go_on(heard) {
      const open = unanswered.get(heard.to);
      if (!open || !open.file) return;
      const line = socket;
      // In pieces, and no faster than they leave.
      for (let at = 0; at < open.file.size; at += PIECE) {
        const piece = await open.file.slice(at, at + PIECE).arrayBuffer();
        while (line.bufferedAmount > 4 * PIECE) await new Promise((resolve) => setTimeout(resolve, 50));
        if (line !== socket || line.readyState !== WebSocket.OPEN) return;
        line.send(piece);
      }
    },
    pong() {},
  };

  function setState(name, text) {
    state.dataset.state = name;
    state.textContent = text;
  }

  // ---- The connection

  function connect() {
    clearTimeout(retry);
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const line = new WebSocket(`${scheme}//${location.host}/chat`);
    socket = line;
    line.addEventListener("open", () => {
      transmit({ type: "hello", locale });
      keepAlive();
    });
    line.addEventListener("message", (event) => {
      clearTimeout(deadline);
      const heard = JSON.parse(event.data);
      if (Object.hasOwn(hearing, heard.type)) hearing[heard.type](heard);
      showWorking();
    });
    line.addEventListener("close", (event) => {
      if (socket !== line) return;
      if (event.code === LEFT) leaveAllTabs();
      else reconnect();
    });
  }

  function reconnect() {
    socket = null;
    clearInterval(pulse);
    clearTimeout(deadline);
    clearTimeout(retry);
    attempt += 1;
    setState("lost", navigator.onLine ? words.lost : words.offline);
    showWorking();
    // Waits grow, with a little chance in them, so that after an outage not everybody returns at once.
    const wait = Math.min(LONGEST_WAIT, 1000 * 2 ** Math.min(attempt - 1, 6)) * (0.5 + Math.random() / 2);
    retry = setTimeout(connect, wait);
  }

  // What was said in this tab is another person's: none of it is shown or sent any more.
  function startAnew() {
    const line = socket;
    socket = null;
    if (line && line.readyState === WebSocket.OPEN) line.close();
    unanswered.clear();
    question.value = "";
    log.replaceChildren();
    location.reload();
  }

  function keepAlive() {
    clearInterval(pulse);
    pulse = setInterval(() => {
      transmit({ type: "ping" });
      clearTimeout(deadline);
      deadline = setTimeout(() => {
        const dead = socket;
        reconnect();
        if (dead) dead.close();
      }, PATIENCE);
    }, SIGN_OF_LIFE);
  }

  window.addEventListener("online", () => {
    if (!socket) connect();
  });
  window.addEventListener("offline", () => setState("lost", words.offline));

  // ---- The question box and the head

  function grow() {
    question.style.height = "auto";
    question.style.height = `${question.scrollHeight + 3}px`;
  }

  function submit() {
    const text = question.value.trim();
    if (!text) {
      question.focus();
      return;
    }
    question.value = "";
    grow();
    ask({ type: "say", text }, text);
    question.focus();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  question.addEventListener("input", grow);
  question.addEventListener("keydown", (event) => {
    // Enter also ends a word in Vietnamese input methods; then it is not ours.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    submit();
  });

  const file = byId("file");
  byId("hand-in").addEventListener("click", () => file.click());
  file.addEventListener("change", () => {
    const chosen = file.files[0];
    file.value = "";
    if (!chosen) return;
    if (chosen.size > Number(document.body.dataset.largestFile)) {
      showSentence("notice", words.too_big);
      return;
    }
    ask({ type: "hand_in", name: chosen.name, media_type: chosen.type, size: chosen.size }, chosen.name, chosen);
  });

  for (const link of document.querySelectorAll("[data-language]")) {
    link.addEventListener("click", (event) => {
      if (transmit({ type: "language", locale: link.dataset.language })) event.preventDefault();
    });
  }

  byId("print").addEventListener("click", () => window.print());

  // Other tabs hear it from here too: their lines may be held by another process of the server.
  const tabs = "BroadcastChannel" in window ? new BroadcastChannel("nhacchuan") : null;
  if (tabs) tabs.addEventListener("message", startAnew);

  function leaveAllTabs() {
    if (tabs) tabs.postMessage("left");
    startAnew();
  }

  const leave = byId("leave");

  function askSure(isAsked) {
    leave.dataset.word = isAsked ? "leave_sure" : "leave";
    leave.textContent = words[leave.dataset.word];
    byId("leaving").hidden = !isAsked;
  }

  leave.addEventListener("click", async () => {
    if (leave.dataset.word === "leave") {
      askSure(true);
      return;
    }
    leave.disabled = true;
    const left = await fetch("/leave", { method: "POST" }).catch(() => null);
    if (left && left.ok) {
      leaveAllTabs();
      return;
    }
    leave.disabled = false;
    askSure(false);
    showSentence("apology", words.leave_failed);
  });
  leave.addEventListener("blur", () => {
    if (!leave.disabled) askSure(false);
  });

  // ---- The demonstration

  const isWide = window.matchMedia("(min-width: 64rem)");

  function markPerson() {
    for (const button of document.querySelectorAll("[data-person]")) {
      const isChosen = (button.dataset.person || null) === person;
      button.setAttribute("aria-pressed", String(isChosen));
      if (isChosen) byId("playing").textContent = `· ${button.querySelector("strong").textContent}`;
    }
  }

  if (people) {
    for (const button of document.querySelectorAll("[data-person]")) {
      button.addEventListener("click", () => {
        if (!isWide.matches) people.open = false;
        transmit({ type: "be", person: button.dataset.person || null });
        question.focus();
      });
    }
    isWide.addEventListener("change", () => {
      if (isWide.matches) people.open = true;
    });
  }

  connect();
})();
