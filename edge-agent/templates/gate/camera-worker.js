// Decodes pictures of the camera away from the page, so that the page stays quick.
"use strict";
importScripts("/js/zxing.js");

const { prepareZXingModule, readBarcodes } = ZXingWASM;
prepareZXingModule({ overrides: { locateFile: () => "/js/zxing.wasm" }, fireImmediately: true });

addEventListener("message", async ({ data }) => {
  try {
    const picture = new ImageData(data.data, data.width, data.height);
    const found = await readBarcodes(picture, { formats: ["QRCode"], maxNumberOfSymbols: 1, tryHarder: true });
    postMessage({ text: found.length && found[0].isValid ? found[0].text : "" });
  } catch (error) {
    postMessage({ text: "", error: String(error) });
  }
});
