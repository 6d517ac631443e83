// Passkeys: what needs them stays hidden without this file, and where a browser has none.
'use strict';
(() => {
  if (!window.PublicKeyCredential || !window.isSecureContext) return;

  // Bytes go to and from the server in base64url.
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
  const text = (buffer) => {
    const letters = btoa(String.fromCharCode(...new Uint8Array(buffer)));
    return letters.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  };
  const named = (id) => ({ type: 'public-key', id: bytes(id) });

  const make = async ({ challenge, rp, site, user, email, name, others }) => {
    const { response } = await navigator.credentials.create({
      publicKey: {
        challenge: bytes(challenge),
        rp: { id: rp, name: site },
        user: { id: bytes(user), name: email, displayName: name },
        // ES256, EdDSA and RS256.
        pubKeyCredParams: [-7, -8, -257].map((alg) => ({ type: 'public-key', alg })),
        authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
        excludeCredentials: others.split(' ').filter(Boolean).map(named),
        attestation: 'none',
      },
    });
    return { client_data: response.clientDataJSON, authenticator_data: response.getAuthenticatorData() };
  };

  const use = async ({ challenge }) => {
    const answer = await fetch(challenge, { method: 'POST' });
    if (!answer.ok) throw new Error('no challenge');
    const asked = await answer.json();
    const { rawId, response } = await navigator.credentials.get({
      publicKey: {
        challenge: bytes(asked.challenge),
        rpId: asked.rpId,
        allowCredentials: asked.credentials.map(named),
        userVerification: 'required',
      },
    });
    return {
      credential: rawId,
      handle: response.userHandle,
      client_data: response.clientDataJSON,
      authenticator_data: response.authenticatorData,
      signature: response.signature,
    };
  };

  const words = (error, isNew) => {
    if (error.name === 'InvalidStateError') return 'This device holds a passkey for your account already.';
    return isNew ? 'No passkey was made. Try again, or use another device.' : 'No passkey was used. Try again, or use your password and a code.';
  };

  document.querySelectorAll('[data-no-passkeys]').forEach((note) => { note.hidden = true; });
  document.querySelectorAll('[data-passkey]').forEach((form) => {
    const isNew = form.dataset.passkey === 'new';
    const trouble = form.querySelector('[data-trouble]');
    let busy = false;
    form.hidden = false;
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      if (busy) return;
      busy = true;
      trouble.hidden = true;
      try {
        const sent = await (isNew ? make : use)(form.dataset);
        for (const [name, value] of Object.entries(sent)) form.elements.namedItem(name).value = value ? text(value) : '';
        form.submit();
      } catch (error) {
        trouble.textContent = words(error, isNew);
        trouble.hidden = false;
      }
      busy = false;
    });
  });
})();
