// Runs in a worker behind onnxruntime-web (`ort`): the page stays free while the model computes.
const tensor = (kind, values, ...shape) => new ort.Tensor(kind, values, shape);
const PROBES = 3;
// Seconds for the first picture on a GPU, whose programs are compiled then.
const PATIENCE = 10;
// The session in use, and that of the processor.
let session, own, model;

async function load({ glue, wasm, weights }) {
  // Its address is of this worker's making: pages from a disk may not import one another's.
  const mjs = URL.createObjectURL(new Blob([glue], { type: "text/javascript" }));
  // Threads need headers that a file and most static hosts do not send.
  Object.assign(ort.env.wasm, { numThreads: 1, wasmBinary: wasm, wasmPaths: { mjs } });
  ort.env.logLevel = "error";
  model = weights;
  session = own = await create("wasm");
}

function create(provider) {
  const settings = { executionProviders: [provider], logSeverityLevel: 3 };
  return ort.InferenceSession.create(model, settings);
}

// Goes over to the GPU if there is one, its pictures are right, and it is faster.
async function tryGpu(request) {
  const adapter = await navigator.gpu?.requestAdapter();
  // One in software is slower, and would keep the visitor waiting.
  if (!adapter || adapter.info?.isFallbackAdapter) return;
  const here = await fastest(request, own), there = await create("webgpu");
  const first = await runOn(there, request);
  const isRight = areNear(first.pictures, here.pictures) && first.seconds < PATIENCE;
  if (isRight && (await fastest(request, there)).seconds < here.seconds) session = there;
  else await there.release();
}

async function fastest(request, on) {
  let made;
  for (let i = 0; i < PROBES; i++) {
    const next = await runOn(on, request);
    if (!(made?.seconds < next.seconds)) made = next;
  }
  return made;
}

// Within a level in 99 % of the values.
function areNear(one, other) {
  return Object.keys(one).every((name) => {
    let far = 0;
    one[name].forEach((value, i) => (far += Math.abs(value - other[name][i]) > 1));
    return far <= one[name].length / 100;
  });
}

async function run(request) {
  try {
    return await runOn(session, request);
  } catch (error) {
    if (session === own) throw error;
    // A GPU may be taken away.
    session = own;
    return runOn(own, request);
  }
}

async function runOn(on, { rows, columns, labels, noise }) {
  const start = performance.now(), feeds = { labels: tensor("int32", labels, 1, rows, columns) };
  if (noise) {
    const { regions, vectors, channels } = noise;
    feeds.regions = tensor("int32", regions, 1, rows, columns);
    feeds.vectors = tensor("float32", vectors, vectors.length / channels, channels);
  }
  const made = await on.run(feeds), pictures = {};
  for (const name of on.outputNames) pictures[name] = made[name].data;
  const place = on === own ? "" : "GPU";
  return { pictures, place, seconds: (performance.now() - start) / 1000 };
}

self.onmessage = async ({ data }) => {
  try {
    const work = data.weights ? load : data.probe ? tryGpu : run;
    postMessage({ done: await work(data) });
  } catch (error) {
    postMessage({ error: String(error?.message ?? error) });
  }
};
