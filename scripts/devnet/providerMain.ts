/** The process around one provider's endpoint: `providerMain.ts <node url> <port> <control port>`. */
import { startProviderNode } from './providerNode.ts';

const [nodeUrl, port, controlPort] = process.argv.slice(2);
if (nodeUrl === undefined || port === undefined || controlPort === undefined) {
  throw new Error('usage: providerMain.ts <node url> <port> <control port>');
}
const node = await startProviderNode({
  nodeUrl,
  port: Number(port),
  controlPort: Number(controlPort),
  exit(signal) {
    if (signal) process.kill(process.pid, signal);
    else process.exit(1);
  },
});
console.log(`${node.url} in front of ${nodeUrl}, switch at ${node.controlUrl}/fault`);
