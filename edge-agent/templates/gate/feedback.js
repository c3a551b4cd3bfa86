// What a person hears, feels and sees: tone, vibration, and a line with colour, sign and words.
// Sound and the wake lock begin with a tap, as browsers want it; without them the line is there.

const KINDS = {
  good: { sign: "✓", tones: [[1760, 90]], shake: [40] },
  warn: { sign: "▲", tones: [[880, 110], [740, 110]], shake: [60, 60, 60] },
  bad: { sign: "✕", tones: [[220, 400]], shake: [120, 60, 120] },
  tick: { sign: "", tones: [[1200, 25]], shake: [15] },
};

let audio = null;
let lock = null;

/** Plays the tones of a kind and shakes the device. */
export function sound(kind) {
  const { tones, shake } = KINDS[kind];
  try { navigator.vibrate && navigator.vibrate(shake); } catch { /* not here */ }
  try {
    audio = audio || new AudioContext();
    let at = audio.currentTime;
    for (const [hertz, millis] of tones) {
      const source = audio.createOscillator();
      const gain = audio.createGain();
      gain.gain.value = 0.4;
      source.frequency.value = hertz;
      source.connect(gain).connect(audio.destination);
      source.start(at);
      at += millis / 1000;
      source.stop(at);
      at += 0.03;
    }
    document.documentElement.dataset.tone = kind;
  } catch { /* a page without sound still works */ }
}

/** Shows a line and sounds it; `links` are pairs of address and text. */
export function tell(kind, words, links = []) {
  sound(kind);
  const place = document.getElementById("problem");
  if (!place) return;
  const line = document.createElement("div");
  line.className = kind;
  line.dataset.told = kind;
  if (kind === "bad") line.dataset.problem = "";
  const sign = document.createElement("span");
  sign.setAttribute("aria-hidden", "true");
  sign.textContent = KINDS[kind].sign + " ";
  const text = document.createElement("span");
  text.dataset.words = "";
  text.textContent = words;
  line.append(sign, text);
  for (const [address, name] of links) {
    const link = document.createElement("a");
    link.href = address;
    link.textContent = name;
    line.append(" ", link);
  }
  place.replaceChildren(line);
  line.scrollIntoView({ block: "nearest" });
}

/** Unlocks sound and keeps the screen awake; called from a tap. */
export async function begin() {
  try {
    audio = audio || new AudioContext();
    await audio.resume();
  } catch { /* no sound here */ }
  sessionStorage.setItem("tl-awake", "1");
  sound("good");
  await awake();
}

/** Keeps the screen awake while the page is seen, once it was asked for. */
export async function awake() {
  if (!sessionStorage.getItem("tl-awake") || !("wakeLock" in navigator)) return;
  if (document.visibilityState !== "visible" || (lock && !lock.released)) return;
  try { lock = await navigator.wakeLock.request("screen"); } catch { lock = null; }
}
document.addEventListener("visibilitychange", awake);
