// A passkey made of software, for trying Loket out in a browser that has none. It
// stands in the place of navigator.credentials and goes through the real ceremony; its
// keys lie open in this browser. Only the demonstration serves it.
(() => {
  "use strict";

  const shelf = "loket-demo-passkeys", real = "loket-demo-real-passkeys";
  const utf8 = new TextEncoder();
  const b64 = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const unb64 = text => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), c => c.charCodeAt(0));
  const joined = (...parts) => new Uint8Array(parts.flatMap(p => [...new Uint8Array(p)]));
  const sha256 = data => crypto.subtle.digest("SHA-256", data);
  const load = () => JSON.parse(localStorage.getItem(shelf) || "[]");
  const save = keys => localStorage.setItem(shelf, JSON.stringify(keys));
  const refused = () => new DOMException("The software passkey was not used.", "NotAllowedError");

  // say puts a line and a button at the end of the page, so that nobody takes this for the real thing.
  const say = (text, button, act) => addEventListener("DOMContentLoaded", () => {
    const line = document.createElement("p"), change = document.createElement("button");
    line.className = "govuk-body-s loket-demo";
    line.lang = change.lang = "en";
    change.type = "button";
    change.className = "loket-demo__change";
    change.textContent = button;
    change.addEventListener("click", () => { act(); location.reload(); });
    line.append(text + " ", change);
    document.querySelector("main").append(line);
  });

  if (localStorage.getItem(real)) {
    say("Demonstration: your own passkeys are asked.", "Let this page play them", () => localStorage.removeItem(real));
    return;
  }
  say("Demonstration: this page plays your passkeys, and keeps them in this browser.", "Use my own", () => localStorage.setItem(real, "yes"));

  const clientData = (type, challenge) =>
    utf8.encode(JSON.stringify({type, challenge: b64(challenge), origin: location.origin, crossOrigin: false}));

  // authData begins as every authenticator's: whom it is for, that its person is there
  // and was verified, and a counter, which synced passkeys leave at zero.
  const authData = async (rpId, flags) => joined(await sha256(utf8.encode(rpId)), [flags, 0, 0, 0, 0]);

  const credential = (id, response) => ({
    id, rawId: unb64(id).buffer, type: "public-key", authenticatorAttachment: "platform", response, getClientExtensionResults: () => ({}),
  });

  const create = async ({publicKey: asked}) => {
    if (!asked.pubKeyCredParams.some(p => p.alg === -7)) throw refused();
    const pair = await crypto.subtle.generateKey({name: "ECDSA", namedCurve: "P-256"}, true, ["sign"]);
    const jwk = await crypto.subtle.exportKey("jwk", pair.privateKey);
    const id = crypto.getRandomValues(new Uint8Array(32)), rpId = asked.rp.id || location.hostname;
    // The public key as COSE: kty EC2, alg ES256, crv P-256, x, y.
    const cose = joined([0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32], unb64(jwk.x), [0x22, 0x58, 32], unb64(jwk.y));
    const data = joined(await authData(rpId, 0x45), new Uint8Array(16), [0, id.length], id, cose);
    const text = word => [0x60 + word.length, ...utf8.encode(word)];
    const attestation = joined([0xa3], text("fmt"), text("none"), text("attStmt"), [0xa0], text("authData"), [0x58, data.length], data);
    save([{id: b64(id), rpId, user: b64(asked.user.id), name: asked.user.displayName || asked.user.name, jwk}, ...load()]);
    return credential(b64(id), {
      clientDataJSON: clientData("webauthn.create", asked.challenge), attestationObject: attestation, getTransports: () => ["internal"],
    });
  };

  // der writes a signature as authenticators do: two integers in a sequence.
  const der = raw => {
    const integer = bytes => {
      let at = 0;
      while (at < bytes.length - 1 && bytes[at] === 0) at++;
      const value = bytes[at] & 0x80 ? [0, ...bytes.slice(at)] : [...bytes.slice(at)];
      return [2, value.length, ...value];
    };
    const both = [...integer(raw.slice(0, 32)), ...integer(raw.slice(32))];
    return new Uint8Array([0x30, both.length, ...both]);
  };

  // choose asks which of several people signs in.
  const choose = keys => new Promise((done, fail) => {
    const box = document.createElement("dialog"), title = document.createElement("h2");
    title.className = "govuk-heading-m";
    title.textContent = "Demonstration: whose passkey?";
    box.className = "loket-demo__who";
    box.lang = "en";
    box.append(title);
    for (const key of keys) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "govuk-button govuk-button--secondary";
      button.textContent = key.name;
      button.addEventListener("click", () => { box.remove(); done(key); });
      box.append(button);
    }
    box.addEventListener("cancel", () => { box.remove(); fail(refused()); });
    document.body.append(box);
    box.showModal();
  });

  const get = async ({publicKey: asked}) => {
    const rpId = asked.rpId || location.hostname, allowed = (asked.allowCredentials || []).map(c => b64(c.id));
    const fitting = load().filter(k => k.rpId === rpId && (allowed.length === 0 || allowed.includes(k.id)));
    const people = fitting.filter((k, i) => fitting.findIndex(other => other.user === k.user) === i);
    if (people.length === 0) throw refused();
    const key = people.length === 1 ? people[0] : await choose(people);
    const data = await authData(rpId, 0x05), client = clientData("webauthn.get", asked.challenge);
    const algorithm = {name: "ECDSA", namedCurve: "P-256", hash: "SHA-256"};
    const signer = await crypto.subtle.importKey("jwk", key.jwk, algorithm, false, ["sign"]);
    const signature = await crypto.subtle.sign(algorithm, signer, joined(data, await sha256(client)));
    return credential(key.id, {
      clientDataJSON: client, authenticatorData: data, signature: der(new Uint8Array(signature)), userHandle: unb64(key.user),
    });
  };

  Object.defineProperty(navigator, "credentials", {configurable: true, value: {create, get}});
})();
