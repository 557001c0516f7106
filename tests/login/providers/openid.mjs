// A certified OpenID provider (npm oidc-provider) on a free port of this machine, with a client for each way of being one.
//
//   node tests/login/providers/openid.mjs http://127.0.0.1:8000 JWK
//
// Our own origin, where callbacks and keys are, and a public key with which it encrypts to us.
//
// Two issuers: /open takes requests by the browser, /pushed only those that were pushed (RFC 9126). Both insist on
// PKCE and name themselves in every answer (RFC 9207). It writes its origin as the first line, then for each line that
// it reads makes new keys and writes a line. It ends with its input.

import { generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { Provider } from "oidc-provider";

// What it says of itself has no place among the lines that are read.
console.info = console.warn = () => {};
const [ours, key] = process.argv.slice(2);
const SECRET = "a secret of + thirty-two / characters & more";

const KINDS = [
  ["RS256", "rsa", { modulusLength: 2048 }],
  ["PS256", "rsa", { modulusLength: 2048 }],
  ["ES256", "ec", { namedCurve: "P-256" }],
  ["Ed25519", "ed25519", {}],
];

function keys() {
  const made = KINDS.map(([alg, kind, options]) => {
    const jwk = generateKeyPairSync(kind, options).privateKey.export({ format: "jwk" });
    return { ...jwk, use: "sig", kid: randomUUID(), ...(kind === "ed25519" ? {} : { alg }) };
  });
  return { keys: made };
}

// What a client is beyond the usual; its id is its name here.
const CLIENTS = {
  basic: { token_endpoint_auth_method: "client_secret_basic" },
  post: { token_endpoint_auth_method: "client_secret_post" },
  public: { token_endpoint_auth_method: "none", client_secret: undefined },
  assertion: {
    token_endpoint_auth_method: "private_key_jwt",
    token_endpoint_auth_signing_alg: "ES256",
    client_secret: undefined,
    jwks_uri: `${ours}/oauth/jwks`,
  },
  ps256: { id_token_signed_response_alg: "PS256" },
  es256: { id_token_signed_response_alg: "ES256" },
  ed25519: { id_token_signed_response_alg: "Ed25519" },
  eddsa: { id_token_signed_response_alg: "EdDSA" },
  hs256: { id_token_signed_response_alg: "HS256", userinfo_signed_response_alg: "HS256" },
  rsa: {
    id_token_signed_response_alg: "ES256",
    id_token_encrypted_response_alg: "RSA-OAEP-256",
    userinfo_signed_response_alg: "ES256",
    userinfo_encrypted_response_alg: "RSA-OAEP-256",
    jwks: { keys: [JSON.parse(key)] },
  },
  dir: { id_token_encrypted_response_alg: "dir", id_token_encrypted_response_enc: "A256CBC-HS512" },
  signed: { id_token_signed_response_alg: "ES256", userinfo_signed_response_alg: "ES256", subject_type: "pairwise" },
};

const clients = Object.entries(CLIENTS).map(([client_id, more]) => ({
  client_id,
  client_secret: SECRET,
  redirect_uris: [`${ours}/login/openid/callback`, `${ours}/login/posted/callback`],
  subject_type: "public",
  ...more,
}));

// A person is whoever types a name; the claims of ID token and userinfo come from it.
const account = (_, id) => ({
  accountId: id,
  claims: () => ({
    sub: id,
    name: `${id} Example`,
    preferred_username: id,
    email: `${id}@example.org`,
    email_verified: true,
  }),
});

function provider(issuer, pushed) {
  return new Provider(issuer, {
    clients,
    jwks: keys(),
    findAccount: account,
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "preferred_username"] },
    scopes: ["openid", "profile", "email"],
    cookies: { keys: ["a key of this program"] },
    subjectTypes: ["public", "pairwise"],
    pairwiseIdentifier: (_, id, client) => `${client.clientId}-${id}`,
    pkce: { required: () => true },
    // Our keys are on this machine, where it would not look without being told.
    fetch: (url, { dispatcher, ...options }) => fetch(url, options),
    clientAuthMethods: ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"],
    enabledJWA: {
      idTokenSigningAlgValues: ["RS256", "PS256", "ES256", "Ed25519", "EdDSA", "HS256"],
      userinfoSigningAlgValues: ["RS256", "ES256", "HS256"],
      idTokenEncryptionAlgValues: ["RSA-OAEP-256", "dir"],
      userinfoEncryptionAlgValues: ["RSA-OAEP-256"],
    },
    features: {
      encryption: { enabled: true },
      pushedAuthorizationRequests: { enabled: pushed, requirePushedAuthorizationRequests: pushed },
      jwtUserinfo: { enabled: true },
    },
  });
}

const places = {};
const server = createServer((request, response) => {
  const name = request.url.split("/")[1];
  if (!places[name]) return response.writeHead(404).end();
  request.originalUrl = request.url;
  request.url = request.url.slice(name.length + 1) || "/";
  return places[name].callback()(request, response);
});

server.listen(0, "127.0.0.1", () => {
  const origin = `http://127.0.0.1:${server.address().port}`;
  const begin = () => {
    for (const name of ["open", "pushed"]) places[name] = provider(`${origin}/${name}`, name === "pushed");
  };
  begin();
  process.stdout.write(`${origin}\n`);
  createInterface({ input: process.stdin })
    .on("line", () => {
      begin();
      process.stdout.write("new keys\n");
    })
    .on("close", () => process.exit(0));
});
