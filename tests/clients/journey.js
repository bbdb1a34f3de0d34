// What a Node application does with ali-oss, against the emulator whose facts come as JSON in the first argument.
// Prints one JSON object of what it saw; exits with 1 at the first thing that is not as OSS has it.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const OSS = require('ali-oss');

const facts = JSON.parse(process.argv[2]);
const KEYS = ['plain.txt', '目录/a b+c%.txt', 'emoji 🎉.png', `quote's "double" & <tag>.txt`, 'query?#.txt'];

// Everything under localhost is this machine, as browsers have it; not every resolver agrees.
const agent = new http.Agent({
  keepAlive: true,
  lookup: (host, options, done) =>
    options.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4),
});

function makeClient(authorizationV4, more = {}) {
  return new OSS({
    region: `oss-${facts.region}`,
    endpoint: facts.virtual_endpoint,
    bucket: facts.bucket,
    accessKeyId: facts.access_key_id,
    accessKeySecret: facts.access_key_secret,
    authorizationV4,
    agent,
    ...more,
  });
}

function open(url, method = 'GET', headers = {}, body = undefined) {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { agent, method, headers }, (response) => {
      const blocks = [];
      response.on('data', (block) => blocks.push(block));
      response.on('end', () => resolve({ status: response.statusCode, body: Buffer.concat(blocks).toString() }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

async function refusal(promise) {
  try {
    await promise;
  } catch (error) {
    return `${error.status} ${error.code}`;
  }
  return 'not refused';
}

async function objects(client) {
  for (const key of KEYS) {
    await client.put(key, Buffer.from(key), { headers: { 'Content-Type': 'text/plain' }, meta: { name: 'wert' } });
    const got = await client.get(key);
    assert.equal(got.content.toString(), key);
    const head = await client.head(key);
    assert.deepEqual(head.meta, { name: 'wert' });
  }
  await client.copy('copy.txt', KEYS[1]);
  assert.equal((await client.get('copy.txt')).content.toString(), KEYS[1]);
  await client.append('log', Buffer.from('one,'));
  await client.append('log', Buffer.from('two'), { position: 4 });
  assert.equal((await client.get('log')).content.toString(), 'one,two');
  assert.equal(await refusal(client.get('nothing')), '404 NoSuchKey');
}

async function lists(client) {
  const expected = [...KEYS, 'copy.txt', 'log'];
  const seen = [];
  let token;
  do {
    const page = await client.listV2({ 'max-keys': 2, 'continuation-token': token });
    seen.push(...(page.objects || []).map((each) => each.name));
    token = page.nextContinuationToken;
  } while (token);
  assert.deepEqual([...seen].sort(), [...expected].sort());
  const folded = await client.list({ delimiter: '/', 'max-keys': 100 });
  assert.deepEqual(folded.prefixes, ['目录/']);
  assert.equal(folded.objects.length, expected.length - 1);
}

async function multipart(client) {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'ali-oss-')), 'big.bin');
  const data = Buffer.alloc(450 * 1024, 'abcdefg');
  fs.writeFileSync(file, data);
  await client.multipartUpload('目录/big.bin', file, { partSize: 100 * 1024, parallel: 3 });
  const got = await client.get('目录/big.bin');
  assert.ok(got.content.equals(data));
  fs.rmSync(path.dirname(file), { recursive: true });
}

async function links(client, authorizationV4) {
  const sign = (key, method = 'GET', headers = {}, queries = {}) =>
    authorizationV4
      ? client.signatureUrlV4(method, 60, { headers, queries }, key)
      : client.signatureUrl(key, { method, expires: 60, 'Content-Type': headers['Content-Type'], response: responses(queries) });
  let count = 0;
  for (const key of KEYS) {
    const answer = await open(await sign(key));
    assert.deepEqual(answer, { status: 200, body: key });
    const disposition = { 'response-content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(key)}` };
    assert.equal((await open(await sign(key, 'GET', {}, disposition))).status, 200);
    const tampered = await open((await sign(key)).replace(/\.(txt|png)/, '.exe'));
    assert.equal(tampered.status, 403);
    count += 3;
  }
  const headers = { 'Content-Type': 'text/x' };
  assert.equal((await open(await sign('put by link', 'PUT', headers), 'PUT', headers, 'x')).status, 200);
  assert.equal((await client.get('put by link')).content.toString(), 'x');
  return count + 1;
}

function responses(queries) {
  return Object.fromEntries(Object.entries(queries).map(([name, value]) => [name.replace('response-', ''), value]));
}

async function removal(client) {
  const all = ((await client.listV2({ 'max-keys': 1000 })).objects || []).map((each) => each.name);
  await client.delete(all[0]);
  await client.deleteMulti(all.slice(1));
  assert.equal((await client.listV2({})).keyCount, 0);
  return all.length;
}

async function journey(authorizationV4) {
  const client = makeClient(authorizationV4);
  await objects(client);
  await lists(client);
  await multipart(client);
  const opened = await links(client, authorizationV4);
  const deleted = await removal(client);
  const stranger = makeClient(authorizationV4, { accessKeySecret: 'wrong' });
  assert.equal(await refusal(stranger.put('a', Buffer.from('x'))), '403 SignatureDoesNotMatch');
  return { opened, deleted };
}

async function main() {
  const seen = { v4: await journey(true), v1: await journey(false) };
  agent.destroy();
  process.stdout.write(`${JSON.stringify(seen)}\n`);
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
