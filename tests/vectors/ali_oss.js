// The third witness: ali-oss (Node), run with the clock held. Reads [{form, given}, ...] as JSON from stdin and writes
// {"sdk": "ali-oss 6.23.0", "answers": [...]}: a URL, an Authorization header, a signature, or null where it refuses.
// make_vectors.py runs it.

const OSS = require('ali-oss');
const { version } = require('ali-oss/package.json');

console.warn = () => {}; // it advises every client with a token to refresh it

const RealDate = Date;
let held = 0;
globalThis.Date = class extends RealDate {
  constructor(...parts) {
    if (parts.length) super(...parts);
    else super(held * 1000);
  }
  static now() {
    return held * 1000;
  }
};

function clientFor(given, extra = {}) {
  return new OSS({
    region: `oss-${given.region}`,
    endpoint: given.endpoint,
    cname: given.addressing === 'cname',
    secure: given.endpoint.startsWith('https'),
    accessKeyId: given.access_key_id,
    accessKeySecret: given.access_key_secret,
    stsToken: given.security_token || undefined,
    bucket: given.bucket,
    ...extra
  });
}

const FORMS = {
  v4_query: given =>
    clientFor(given).signatureUrlV4(
      given.method,
      given.expires_in,
      { headers: given.headers, queries: given.query },
      given.key,
      given.additional_headers
    ),

  v1_query: given =>
    clientFor(given).signatureUrl(given.key, {
      method: given.method,
      expires: given.expires_in,
      subResource: { ...given.query },
      ...given.headers
    }),

  v4_header: given => {
    const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
    const headers = { ...given.headers, 'x-oss-date': date, 'x-oss-content-sha256': 'UNSIGNED-PAYLOAD' };
    if (given.security_token) headers['x-oss-security-token'] = given.security_token;
    const request = { headers, queries: given.query };
    const key = given.key || undefined;
    return clientFor(given).authorizationV4(given.method, request, given.bucket, key, given.additional_headers);
  },

  // It takes the date from x-oss-date alone.
  v1_header: given => {
    if (!given.headers['x-oss-date']) return null;
    const headers = { ...given.headers };
    if (given.security_token) headers['x-oss-security-token'] = given.security_token;
    return clientFor(given).authorization(given.method, `/${given.bucket}/${given.key}`, given.query, headers);
  },

  v4_post: given => clientFor(given).signPostObjectPolicyV4(given.policy, new Date()),

  v1_post: given => clientFor(given).calculatePostSignature(given.policy).Signature
};

async function answer({ form, given }) {
  held = given.now;
  try {
    return await FORMS[form](given);
  } catch (error) {
    process.stderr.write(`ali-oss refuses ${form} ${given.key}: ${error.message}\n`);
    return null;
  }
}

async function main() {
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  const answers = [];
  for (const asked of JSON.parse(Buffer.concat(chunks).toString())) answers.push(await answer(asked));
  process.stdout.write(JSON.stringify({ sdk: `ali-oss ${version}`, answers }));
}

main();
