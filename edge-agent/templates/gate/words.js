// The words of the scripts, in the language of the page.
export const english = document.documentElement.lang === "en";
export const t = (chinese, inEnglish) => (english ? inEnglish : chinese);
