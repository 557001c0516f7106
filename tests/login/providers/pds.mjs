// A personal data server of the AT Protocol with its directory of DIDs (npm @atproto/dev-env), and one person on it.
//
//   cd FOLDER; node …/tests/login/providers/pds.mjs        FOLDER has node_modules/@atproto/dev-env: see docs/login.md
//
// It writes a line of JSON: where both are, who the person is. It ends with its input.

import { createRequire } from "node:module";
import { join } from "node:path";

const { TestNetworkNoAppView } = createRequire(join(process.cwd(), "package.json"))("@atproto/dev-env");

// Handles of a kind that could be real: those under .test are nobody's for any client.
const network = await TestNetworkNoAppView.create({
  pds: { hostname: "localhost", serviceHandleDomains: [".handbill-pds.net"] },
});
const agent = network.pds.getClient();
const handle = "ann.handbill-pds.net";
await agent.createAccount({ handle, email: "ann@example.org", password: "a long password" });
const did = agent.session.did;
process.stdout.write(`${JSON.stringify({ pds: network.pds.url, directory: network.plc.url, handle, did })}\n`);
process.stdin.on("end", () => process.exit(0)).resume();
