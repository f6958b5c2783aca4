// Verifies EU certificates with dcc-utils, which is not ours.
//
// Standard input: {"certificate": PEM, "texts": [text], "pictures": [path of a PNG]}
// Standard output: [{"verified": true, "kid": base64, "payload": {…}} or {"error": text}], texts first.
'use strict';

const { DCC } = require('dcc-utils');

async function judge(opened, certificate) {
  try {
    const dcc = await opened;
    const verified = Boolean(await dcc.checkSignatureWithCertificate(certificate).catch(() => false));
    return { verified, kid: dcc.kid, payload: dcc.payload };
  } catch (e) {
    return { error: String(e) };
  }
}

async function main() {
  let text = '';
  for await (const chunk of process.stdin) text += chunk;
  const { certificate, texts, pictures } = JSON.parse(text);
  const opened = [...texts.map((t) => DCC.fromRaw(t)), ...pictures.map((p) => DCC.fromImage(p))];
  const verdicts = [];
  for (const one of opened) verdicts.push(await judge(one, certificate));
  process.stdout.write(JSON.stringify(verdicts));
}

main();
