// An OpenID Connect provider that others wrote (npm oidc-provider), on 127.0.0.1 over TLS, for the users
// of mail-up. Anybody signs in with any password. Mail servers ask what a token is worth (RFC 7662) as
// the client "dovecot". Under /testbed/ a test tells it what happens at providers:
//   POST /testbed/later?seconds=N    its clock goes N seconds on, so that tokens run out
//   POST /testbed/withdraw?user=U    the user withdraws what programs were granted
//   GET  /testbed/counts             questions so far: grant_type or "introspection", and how it ended
// It also keeps the file that says where the domain's mail servers are.
// Environment: OIDC_PORT, OIDC_ISSUER, TLS_CERT, TLS_KEY, INTROSPECTION_SECRET, IMAPS_PORT,
// SUBMISSION_PORT.
import { createServer } from 'node:https';
import { readFileSync } from 'node:fs';
import Provider from 'oidc-provider';

const { OIDC_PORT, OIDC_ISSUER, TLS_CERT, TLS_KEY, INTROSPECTION_SECRET } = process.env;
const { IMAPS_PORT, SUBMISSION_PORT } = process.env;

const server = (tag, type, port, security) =>
  `<${tag} type="${type}"><hostname>mail.example.com</hostname><port>${port}</port>
  <socketType>${security}</socketType><username>%EMAILLOCALPART%</username>
  <authentication>OAuth2</authentication></${tag}>`;
const config = `<?xml version="1.0"?><clientConfig version="1.1"><emailProvider id="example.com">
  <domain>example.com</domain>
  ${server('incomingServer', 'imap', IMAPS_PORT, 'SSL')}
  ${server('outgoingServer', 'smtp', SUBMISSION_PORT, 'STARTTLS')}
  </emailProvider><oAuth2><issuer>${OIDC_ISSUER}</issuer></oAuth2></clientConfig>`;

let later = 0;
const now = Date.now;
Date.now = () => now() + later;

const provider = new Provider(OIDC_ISSUER, {
  clients: [
    {
      // A program on the user's computer: no secret (RFC 8252), any loopback port.
      client_id: 'aloud-test',
      client_name: 'Aloud',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      redirect_uris: ['http://127.0.0.1/'],
      grant_types: [
        'authorization_code',
        'refresh_token',
        'urn:ietf:params:oauth:grant-type:device_code',
      ],
    },
    {
      client_id: 'dovecot',
      client_secret: INTROSPECTION_SECRET,
      redirect_uris: [],
      response_types: [],
      grant_types: [],
    },
  ],
  scopes: ['openid', 'offline_access', 'email'],
  claims: { openid: ['sub'], email: ['email'] },
  pkce: { required: () => true },
  rotateRefreshToken: true,
  features: {
    devInteractions: { enabled: true },
    deviceFlow: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
  },
  ttl: {
    AccessToken: 600,
    AuthorizationCode: 60,
    DeviceCode: 600,
    Grant: 30 * 86400,
    IdToken: 600,
    Interaction: 600,
    RefreshToken: 14 * 86400,
    Session: 86400,
  },
  cookies: { keys: ['of the testbed'] },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: `${id}@example.com` }),
  }),
});

const counts = {};
const grants = new Map();
provider.on('grant.success', ({ oidc }) => {
  const { grantId, accountId } = oidc.entities.AccessToken;
  grants.set(accountId, (grants.get(accountId) ?? new Set()).add(grantId));
});
provider.on('server_error', (_, error) => console.error(error));

async function told(path, query) {
  switch (path) {
    case '/testbed/later':
      later += Number(query.get('seconds')) * 1000;
      return {};
    case '/testbed/withdraw':
      for (const grant of grants.get(query.get('user')) ?? []) {
        await provider.AccessToken.revokeByGrantId(grant);
        await provider.RefreshToken.revokeByGrantId(grant);
        await (await provider.Grant.find(grant))?.destroy();
      }
      grants.delete(query.get('user'));
      return {};
    case '/testbed/counts':
      return counts;
    default:
      return undefined;
  }
}

provider.use(async (ctx, next) => {
  if (ctx.path.startsWith('/testbed/')) {
    ctx.body = await told(ctx.path, ctx.URL.searchParams);
    return;
  }
  if (ctx.path === '/mail/config-v1.1.xml') {
    ctx.type = 'text/xml';
    ctx.body = config;
    return;
  }
  await next();
  if (!ctx.oidc) return;
  const { route, params } = ctx.oidc;
  const asked = { token: params?.grant_type, introspection: 'introspection' }[route];
  if (!asked) return;
  const ended = route === 'introspection' ? ctx.body?.active : ctx.body?.error ?? 'granted';
  counts[`${asked} ${ended}`] = (counts[`${asked} ${ended}`] ?? 0) + 1;
});

const tls = { cert: readFileSync(TLS_CERT), key: readFileSync(TLS_KEY) };
createServer(tls, provider.callback()).listen(Number(OIDC_PORT), '127.0.0.1', () => {
  console.log('ready');
});
