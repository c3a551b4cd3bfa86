// The photo of a paper sheet is made small before it travels.
import { shrink } from "./photo.js";
import { tell } from "./feedback.js";
import { t } from "./words.js";

const file = document.getElementById("sheet-photo");
const kept = document.getElementById("sheet-blob");
const shown = document.getElementById("sheet-shown");
file.addEventListener("change", async () => {
  const [photo] = file.files;
  if (!photo) return;
  try {
    const small = await shrink(photo);
    const answer = await fetch("/paper/photo", { method: "POST", headers: { "HX-Request": "true", "Content-Type": "image/jpeg" }, body: small });
    if (answer.status !== 200) throw new Error(String(answer.status));
    const found = await answer.json();
    kept.value = found.sha256;
    shown.textContent = t(`✓ 照片已存 ${Math.round(small.size / 1024)} kB`, `✓ photo kept, ${Math.round(small.size / 1024)} kB`);
  } catch (error) {
    tell("bad", t("照片没有存下:", "the photo was not kept: ") + error.message);
  }
});
