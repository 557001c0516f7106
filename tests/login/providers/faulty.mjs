// An OpenID provider that asks nobody anything (npm oauth2-mock-server) and does one thing wrong, as it is told.
//
//   node tests/login/providers/faulty.mjs
//
// It writes its origin as the first line. Each line that it reads is the name of what to do wrong from then on, none
// for nothing; it answers with a line. It ends with its input.

import { createHmac, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { OAuth2Server } from "oauth2-mock-server";

const made = new OAuth2Server();
const { service, issuer } = made;
await issuer.keys.generate("RS256");
const now = () => Math.floor(Date.now() / 1000);
const text = (value) => Buffer.from(value).toString("base64url");
let fault = "";

// --- what stands in an ID token ---
const claims = () => ({
  "another client": { aud: "somebody-else" },
  "several clients": { aud: ["faulty", "somebody-else"] },
  "handed on": { azp: "somebody-else" },
  "another nonce": { nonce: "other" },
  "no nonce": { nonce: undefined },
  "another issuer": { iss: "https://evil.example" },
  "ended": { exp: now() - 90 },
  "ended just now": { exp: now() - 20 },
  "from tomorrow": { iat: now() + 86_400, exp: now() + 90_000 },
  "a little early": { iat: now() + 30 },
  "nobody's": { sub: "" },
  "a number for a subject": { sub: 7 },
});
service.on("beforeTokenSigning", (token) => Object.assign(token.payload, claims()[fault] ?? {}));

// --- how it is signed ---
const other = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
const payload = (token) => token.split(".")[1];
const headed = (head, token) => `${text(JSON.stringify(head))}.${payload(token)}`;
const kid = (token) => JSON.parse(Buffer.from(token.split(".")[0], "base64url")).kid;
const published = () => createPublicKey({ key: issuer.keys.toJSON()[0], format: "jwk" });

const SIGNED = {
  "unsigned": (token) => `${headed({ alg: "none" }, token)}.`,
  "another key": (token) => rsa(headed({ alg: "RS256", kid: kid(token) }, token)),
  "its own key": (token) => rsa(headed({ alg: "RS256", jwk: createPublicKey(other).export({ format: "jwk" }) }, token)),
  "a key of elsewhere": (token) => rsa(headed({ alg: "RS256", jku: "http://127.0.0.1:9/keys", kid: "x" }, token)),
  "a public key as a secret": (token) => hmac(headed({ alg: "HS256", kid: kid(token) }, token)),
  "an extension that must be understood": (token) =>
    rsa(headed({ alg: "RS256", kid: kid(token), crit: ["x"], x: 1 }, token)),
  "no token": () => undefined,
  "too long": (token) => token + "A".repeat(60_000),
  "not a token": () => "a.b.c",
  "changed on the way": (token) => token.replace(payload(token), text('{"sub":"mallory"}')),
};
const rsa = (content) => `${content}.${sign("sha256", content, other).toString("base64url")}`;
function hmac(content) {
  const secret = published().export({ type: "spki", format: "pem" });
  return `${content}.${createHmac("sha256", secret).update(content).digest("base64url")}`;
}

// --- what the token endpoint and userinfo say ---
service.on("beforeResponse", (reply) => {
  if (SIGNED[fault]) reply.body.id_token = SIGNED[fault](reply.body.id_token);
  if (fault === "no access token") delete reply.body.access_token;
  if (fault === "refused") Object.assign(reply, { statusCode: 400, body: { error: "invalid_grant" } });
  if (fault === "a list") reply.body = [[]];
  if (fault === "an error with success") reply.body = { error: "<b>server_error</b>" };
});
service.on("beforeUserinfo", (reply) => {
  reply.body = { sub: "johndoe", name: "John Doe", email: "john@example.org", email_verified: true };
  if (fault === "somebody else in userinfo") reply.body.sub = "mallory";
  if (fault === "a list in userinfo") reply.body = ["johndoe"];
  if (fault === "no userinfo") Object.assign(reply, { statusCode: 500, body: {} });
});

// --- how the browser is sent back ---
const BACK = {
  "no code": (query) => query.delete("code"),
  "another state": (query) => query.set("state", "other"),
  "no state": (query) => query.delete("state"),
  "two codes": (query) => query.append("code", "other"),
  "another issuer answers": (query) => query.set("iss", "https://evil.example"),
  "an error": (query) => {
    query.delete("code");
    query.set("error", "<script>alert(1)</script>");
    query.set("error_description", "<b>bold words</b>");
  },
};
service.on("beforeAuthorizeRedirect", ({ url }) => BACK[fault]?.(url.searchParams));

// --- answers that are none ---
const end = (status, body, type = "application/json") => (response) =>
  response.writeHead(status, { "Content-Type": type }).end(body);
const RAW = {
  "no JSON": end(200, "<html>", "text/html"),
  "too much": end(200, `{"access_token":"${"x".repeat(400_000)}"}`),
  "too deep": end(200, "[".repeat(100_000)),
  "an error of the server": end(500, "a stack trace with SECRET-OF-THEIRS"),
  "another address": (response) => response.writeHead(307, { Location: "http://127.0.0.1:9/" }).end(),
  "a closed door": (response) => response.socket.destroy(),
  "half an answer": (response) => {
    response.writeHead(200, { "Content-Length": "100" }).write('{"access_token":');
    setTimeout(() => response.socket.destroy(), 20);
  },
  "one byte at a time": (response) => {
    response.writeHead(200, { "Content-Type": "application/json" });
    const drip = setInterval(() => response.write(" "), 20);
    response.on("close", () => clearInterval(drip));
  },
};

const PLACES = { token: "/token", keys: "/jwks", userinfo: "/userinfo", document: "/.well-known/openid-configuration" };

const server = createServer((request, response) => {
  const [what, place] = fault.split(" from the ");
  if (RAW[what] && request.url.startsWith(PLACES[place])) return RAW[what](response);
  return service.requestHandler(request, response);
});

server.listen(0, "127.0.0.1", () => {
  issuer.url = `http://127.0.0.1:${server.address().port}`;
  process.stdout.write(`${issuer.url}\n`);
  createInterface({ input: process.stdin })
    .on("line", (line) => {
      fault = line;
      process.stdout.write(`${line}\n`);
    })
    .on("close", () => process.exit(0));
});
