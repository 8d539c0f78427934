// Runs the page's worker with its WebAssembly in Node.js, for the check before a page is written.
// Arguments: the folder of the files, and {rows, columns, channels} of each request in JSON.
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import vm from "node:vm";

const [folder, requests] = process.argv.slice(2), shapes = JSON.parse(requests);
const read = (name) => Uint8Array.from(readFileSync(`${folder}/${name}`));
const text = (name) => readFileSync(`${folder}/${name}`, "utf-8");
const answers = [];
globalThis.self = globalThis;
// Node.js imports no blobs: the file that the worker makes one of.
URL.createObjectURL = () => pathToFileURL(`${folder}/glue.mjs`).href;
globalThis.postMessage = (message) => answers.push(message);
vm.runInThisContext(`${text("ort")}\n${text("worker")}`, {
  importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
});

async function ask(data) {
  await self.onmessage({ data });
  const { done, error } = answers.pop();
  if (error) throw new Error(error);
  return done;
}

await ask({
  glue: read("glue.mjs"),
  wasm: read("wasm").buffer,
  weights: read("model"),
});
const read32 = (name, kind) => new kind(read(name).buffer);
let names = [];
for (const [number, { rows, columns, channels }] of shapes.entries()) {
  const message = { rows, columns, labels: read32(`input_${number}_0`, Int32Array) };
  if (channels)
    message.noise = {
      channels,
      regions: read32(`input_${number}_1`, Int32Array),
      vectors: read32(`input_${number}_2`, Float32Array),
    };
  const { pictures } = await ask(message);
  names = Object.keys(pictures);
  for (const name of names) writeFileSync(`${folder}/output_${number}_${name}`, pictures[name]);
}
process.stdout.write(JSON.stringify(names), () => process.exit(0));
