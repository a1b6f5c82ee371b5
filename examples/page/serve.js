// A page of your own with the face in it: serves it, and passes on what it and the runtime say to each other.
//
// npm install ws                         # and p5 for p5.html
// node examples/page/serve.js            # 8080 8770 index.html: its port, the panel's port, the page; then open what it prints
//
// The runtime refuses pages that it did not serve itself, because any web site could open its WebSocket and watch the face.
// So this program connects for the page, and takes care in turn that only its own page is served.

const http = require("http"), fs = require("fs"), path = require("path");
const { WebSocket, WebSocketServer } = require("ws");

const [port = 8080, panel = 8770, page = "index.html"] = process.argv.slice(2);
const html = fs.readFileSync(path.join(__dirname, page));
const p5 = () => fs.readFileSync(require.resolve("p5/lib/p5.min.js"));
const server = http.createServer(({ url }, response) => response.end(url === "/p5.min.js" ? p5() : html));

server.listen(Number(port), "127.0.0.1", () => {
  const own = [`127.0.0.1:${server.address().port}`, `localhost:${server.address().port}`];
  const isOwnPage = ({ req, origin }) => own.includes(req.headers.host) && origin === `http://${req.headers.host}`;
  new WebSocketServer({ server, verifyClient: isOwnPage }).on("connection", (page) => {
    const runtime = new WebSocket(`ws://127.0.0.1:${panel}/socket`);
    runtime.on("message", (data, isBinary) => page.send(data, { binary: isBinary }));
    page.on("message", (data) => { if (runtime.readyState === WebSocket.OPEN) runtime.send(data.toString()); });
    page.on("close", () => runtime.close());
    runtime.on("close", () => page.close());
    runtime.on("error", () => page.close()); // no runtime: the page tries again
  });
  console.log(`http://${own[0]}/`);
});
