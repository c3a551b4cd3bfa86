// Scans from the agent's scanners fill the focused slot, or the first empty one, and answer by tone.
"use strict";
(() => {
  const pause = 300;
  let after = Number(document.body.dataset.scanAfter || 0);
  let audio = null;
  const tone = (hertz, millis) => {
    try {
      audio = audio || new AudioContext();
      const source = audio.createOscillator();
      source.frequency.value = hertz;
      source.connect(audio.destination);
      source.start();
      source.stop(audio.currentTime + millis / 1000);
    } catch { /* a page without sound still works */ }
  };
  const slot = () => {
    const focused = document.activeElement;
    if (focused && focused.matches("[data-scan]")) return focused;
    const slots = [...document.querySelectorAll("[data-scan]")];
    return slots.find((it) => !it.value) || slots.find((it) => it.matches("[data-scan-append]"));
  };
  const fill = (scan) => {
    const target = slot();
    if (!target) {
      location.href = "/find?code=" + encodeURIComponent(scan.data);
      return;
    }
    if (target.matches("[data-scan-append]") && target.value.trim()) {
      target.value = target.value.replace(/\s*$/, "") + "\n" + scan.data;
    } else {
      target.value = scan.data;
    }
    target.dispatchEvent(new Event("input", { bubbles: true }));
    tone(1760, 90);
    if (target.matches("[data-scan-submit]")) target.form.requestSubmit();
  };
  const poll = async () => {
    try {
      const answer = await fetch("/scan?after=" + after, { headers: { Accept: "application/json" } });
      if (answer.status === 200) {
        const scan = await answer.json();
        after = scan.number;
        fill(scan);
      }
    } catch { /* the agent is restarting; the next try finds it */ }
    setTimeout(poll, pause);
  };
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id === "problem" && event.target.querySelector("[data-problem]")) {
      tone(220, 400);
      event.target.scrollIntoView({ block: "nearest" });
    }
  });
  poll();
})();
