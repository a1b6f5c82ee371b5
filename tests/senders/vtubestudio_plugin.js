// A plugin written with npm's vtubestudio: authenticates, then moves the face for a while. Prints what it was
// answered.
//
// NODE_PATH=node_modules node vtubestudio_plugin.js PORT TOKEN
"use strict";

const { ApiClient } = require("vtubestudio");
const { WebSocket } = require("ws");

const [port, knownToken] = process.argv.slice(2);
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const said = { tracking: [], hotkeyEvents: [], tests: [] };
const client = new ApiClient({
  url: `ws://127.0.0.1:${port}`,
  pluginName: "npm plugin",
  pluginDeveloper: "Tester",
  authTokenGetter: () => knownToken || null,
  authTokenSetter: async (token) => { said.token = token; },
  webSocketFactory: (url) => new WebSocket(url),
});

const errorOf = async (promise) => {
  try { await promise; return null; } catch (error) { return error.data ? error.data.errorID : String(error); }
};

client.on("error", (error) => { console.error(String(error)); process.exit(2); });
client.on("connect", async () => {
  said.state = await client.apiState();
  said.statistics = await client.statistics();
  said.model = await client.currentModel();
  said.models = await client.availableModels();
  await client.events.trackingStatusChanged.subscribe((data) => said.tracking.push(data));
  await client.events.hotkeyTriggered.subscribe((data) => said.hotkeyEvents.push(data), {});
  await client.events.test.subscribe((data) => said.tests.push(data), { testMessageForEvent: "hello" });
  await client.parameterCreation({
    parameterName: "JawOpen", explanation: "as ARKit calls it", min: 0, max: 1, defaultValue: 0,
  });
  for (let i = 0; i < 10; i++) {
    await client.injectParameterData({
      faceFound: true,
      mode: "set",
      parameterValues: [{ id: "FaceAngleX", value: -30 }, { id: "JawOpen", value: 0.4, weight: 0.5 }],
    });
    await wait(20);
  }
  said.found = await client.faceFound();
  said.value = await client.parameterValue({ name: "FaceAngleX" });
  said.live2d = await client.live2DParameterList();
  said.inputs = await client.inputParameterList();
  said.hotkeys = await client.hotkeysInCurrentModel();
  said.triggered = await client.hotkeyTrigger({ hotkeyID: "Angry" });
  await wait(300);
  said.expressions = await client.expressionState({ details: true });
  await client.expressionActivation({ expressionFile: "angry.exp3.json", active: false });
  said.after = await client.expressionState({ details: false, expressionFile: "angry.exp3.json" });
  const inject = (mode, value) => ({ mode, parameterValues: [value] });
  said.errors = {
    mode: await errorOf(client.injectParameterData(inject("mix", { id: "JawOpen", value: 0 }))),
    value: await errorOf(client.injectParameterData(inject("set", { id: "JawOpen", value: 2e6 }))),
    weight: await errorOf(client.injectParameterData(inject("set", { id: "JawOpen", value: 0, weight: 2 }))),
    nothing: await errorOf(client.injectParameterData({ parameterValues: [] })),
    name: await errorOf(client.parameterCreation(
      { parameterName: "a b", explanation: "", min: 0, max: 1, defaultValue: 0 })),
    own: await errorOf(client.parameterCreation(
      { parameterName: "FaceAngleX", explanation: "", min: 0, max: 1, defaultValue: 0 })),
    hotkey: await errorOf(client.hotkeyTrigger({ hotkeyID: "no such" })),
    unanswered: await errorOf(client.itemUnload({})),
  };
  await wait(1000); // long enough for a second of silence and for the test event
  console.log(JSON.stringify(said));
  await client.disconnect();
  process.exit(0);
});
