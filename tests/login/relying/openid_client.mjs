// openid-client 6 as relying party: one run per line of standard input, driven by tests/login/test_relying_node.py.
// It says on standard output where a browser must go, and reads where the browser was sent back to.
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as client from 'openid-client';

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const say = (message) => process.stdout.write(JSON.stringify(message) + '\n');
const heard = async () => JSON.parse((await lines.next()).value);
const browse = async (url) => (say({ go: url.href }), new URL((await heard()).at));
const must = (truth, what) => { if (!truth) throw new Error(what); };

// Back-Channel Logout 1.0 §2.5: the provider posts a token; `told` waits for it.
let receive;
const told = () => new Promise((done) => (receive = done));
const notices = createServer(async (request, response) => {
  let body = '';
  for await (const part of request) body += part;
  response.end();
  receive(new URLSearchParams(body).get('logout_token'));
}).listen(0, '127.0.0.1', () => say({ notices: notices.address().port }));

const AUTH = { basic: client.ClientSecretBasic, post: client.ClientSecretPost };

async function discovered({ issuer, id, secret, method, algorithm }) {
  const about = { id_token_signed_response_alg: algorithm };
  const options = { execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks] };
  return client.discovery(new URL(issuer), id, about, secret ? AUTH[method](secret) : client.None(), options);
}

async function login(config, { back }) {
  const verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const nonce = client.randomNonce();
  const sent = {
    redirect_uri: back, scope: 'openid profile email offline_access', state, nonce, max_age: '600',
    code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
  };
  const at = await browse(client.buildAuthorizationUrl(config, sent));
  const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true, maxAge: 600 };
  return client.authorizationCodeGrant(config, at, checks);
}

/** Refresh, and find that the old token is of no more use: a second try ends the whole login. */
async function renewed(config, first) {
  const second = await client.refreshTokenGrant(config, first.refresh_token);
  must(second.refresh_token !== first.refresh_token, 'the refresh token stayed the same');
  must(second.claims().sub === first.claims().sub, 'the refreshed token is of somebody else');
  must(second.claims().auth_time === first.claims().auth_time, 'auth_time moved');
  return second;
}

async function asked(config, tokens, secret) {
  const about = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
  must(about.name === 'Ada Example' && about.email === 'ada@example.org', 'userinfo says something else');
  if (!secret) return;
  const found = await client.tokenIntrospection(config, tokens.access_token);
  must(found.active && found.sub === tokens.claims().sub, 'introspection does not know the token');
}

async function revoked(config, tokens, secret) {
  await client.tokenRevocation(config, tokens.access_token);
  const refused = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub).catch((error) => error);
  must(refused.status === 401 && refused.cause[0].parameters.error === 'invalid_token', `after revocation: ${refused}`);
  if (secret) must(!(await client.tokenIntrospection(config, tokens.access_token)).active, 'a revoked token is active');
}

async function reused(config, token) {
  const error = await client.refreshTokenGrant(config, token).catch((reason) => reason);
  must(error.error === 'invalid_grant', `a used refresh token: ${error}`);
}

async function loggedOut(config, tokens, { bye, issuer, id }) {
  const state = client.randomState();
  const sent = { post_logout_redirect_uri: bye, id_token_hint: tokens.id_token, state };
  const arrived = told();
  const at = await browse(client.buildEndSessionUrl(config, sent));
  must(at.href === `${bye}?state=${state}`, `after logging out the browser is at ${at}`);
  const keys = createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri));
  const { payload } = await jwtVerify(await arrived, keys, { issuer, audience: id, typ: 'logout+jwt', maxTokenAge: '2 min' });
  must('http://schemas.openid.net/event/backchannel-logout' in payload.events && !('nonce' in payload), 'odd logout token');
  must(payload.sid === tokens.claims().sid && payload.sub === tokens.claims().sub, 'the logout of another session');
}

for (;;) {
  const job = await heard();
  if (!job) break;
  try {
    const config = await discovered(job);
    const first = await login(config, job);
    const tokens = await renewed(config, first);
    await asked(config, tokens, job.secret);
    await revoked(config, tokens, job.secret);
    await loggedOut(config, tokens, job);
    await reused(config, first.refresh_token);
    say({ done: tokens.claims() });
  } catch (error) {
    say({ failed: `${error.stack} ${JSON.stringify(error.cause ?? null)}` });
  }
}
notices.close();
process.exit(0);
