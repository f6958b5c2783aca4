// Measures what npm libraries do with an EU certificate: dcc-utils, with the libraries
// it is made of, and qrcode.
//
// Standard input: {"text": QR text, "certificate": PEM, "key": scalar of the P-256 key in base64}
// Standard output: {"issue": n, "verify": n, "symbol": n} a second; symbol is 0 without qrcode.
'use strict';

const zlib = require('zlib');
const base45 = require('base45');
const cbor = require('cbor');
const cose = require('cose-js');
const { DCC } = require('dcc-utils');

async function perSecond(work) {
  for (let i = 0; i < 50; i++) await work();
  const began = process.hrtime.bigint();
  let n = 0;
  while (process.hrtime.bigint() - began < 1000000000n) { await work(); n++; }
  return n / (Number(process.hrtime.bigint() - began) / 1e9);
}

async function issue(payload, key) {
  const claims = new Map([[1, 'NL'], [6, 1638000000], [4, 1660000000], [-260, new Map([[1, payload]])]]);
  const signed = await cose.sign.create({ p: { alg: 'ES256', kid: Buffer.alloc(8) }, u: {} }, cbor.encode(claims), { key: { d: key } });
  return 'HC1:' + base45.encode(zlib.deflateSync(signed, { level: 9 }));
}

async function main() {
  let input = '';
  for await (const chunk of process.stdin) input += chunk;
  const { text, certificate, key } = JSON.parse(input);
  const opened = await DCC.fromRaw(text);
  if (!await opened.checkSignatureWithCertificate(certificate)) throw new Error('it does not verify');
  const result = {
    issue: await perSecond(() => issue(opened.payload, Buffer.from(key, 'base64'))),
    verify: await perSecond(async () => (await DCC.fromRaw(text)).checkSignatureWithCertificate(certificate)),
    symbol: 0,
  };
  let qrcode;
  try { qrcode = require('qrcode'); } catch (e) { /* not installed */ }
  if (qrcode) result.symbol = await perSecond(() => qrcode.create(text, { errorCorrectionLevel: 'Q' }));
  process.stdout.write(JSON.stringify(result));
}

main().catch((e) => process.stdout.write(JSON.stringify({ error: String(e) })));
