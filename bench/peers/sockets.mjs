/** A WebSocket server with the npm package `ws`: what anybody says, everybody hears. Arguments: folder with the package. Prints its port. */
import { createRequire } from 'node:module';

const { WebSocketServer } = createRequire(`${process.argv[2]}/`)('ws');
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, backlog: 4096, perMessageDeflate: false }, () => console.log(server.address().port));

server.on('connection', (socket) => {
  socket.isAlive = true;
  socket.on('pong', () => (socket.isAlive = true));
  socket.on('message', (data) => {
    for (const client of server.clients) client.send(data, { binary: false });
  });
});

/* As its documentation finds broken connections, and as often as Veza does. */
setInterval(() => {
  for (const client of server.clients) {
    if (!client.isAlive) client.terminate();
    client.isAlive = false;
    client.ping();
  }
}, 30000);
