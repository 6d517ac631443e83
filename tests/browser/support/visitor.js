// A visitor without a browser: keeps cookies, sends forms as a browser on the site would, keeps what came back.
const SAID = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&#34;': '"', '&#38;': '&', '&#60;': '<', '&#62;': '>' };

export class Visitor {
  #origin;
  #cookies = new Map();

  constructor(origin) {
    this.#origin = origin;
  }

  get(path) {
    return this.send('GET', path);
  }

  /** `fields` is an object; a list of answers sends its name once for each. */
  post(path, fields) {
    const body = new URLSearchParams();
    for (const [name, value] of Object.entries(fields)) [value].flat().forEach((one) => body.append(name, one));
    return this.send('POST', path, { body: body.toString(), type: 'application/x-www-form-urlencoded' });
  }

  /** Follows redirects. Gives the address, status, headers and HTML of the page that is shown at the end. */
  async send(method, path, { body, type, from = this.#origin } = {}) {
    const url = new URL(path, this.#origin).href;
    const headers = { cookie: [...this.#cookies].map((pair) => pair.join('=')).join('; '), 'accept-encoding': 'identity' };
    if (method !== 'GET') Object.assign(headers, { origin: from, 'sec-fetch-site': from === this.#origin ? 'same-origin' : 'cross-site' });
    if (type) headers['content-type'] = type;
    const response = await fetch(url, { method, headers, body, redirect: 'manual' });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = cookie.match(/^([^=]+)=([^;]*)/);
      this.#cookies.set(name, value);
    }
    if (response.status >= 300 && response.status < 400) return this.get(response.headers.get('location'));
    return { url, status: response.status, headers: Object.fromEntries(response.headers), html: await response.text() };
  }
}

/** The hidden answers of a page's form, to send them on. */
export function hidden(html) {
  const fields = {};
  for (const [, name, value] of html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)) {
    (fields[name] ??= []).push(plain(value));
  }
  return fields;
}

/** Text of HTML with its entities read. */
export function plain(html) {
  return html.replace(/&(#\d+|\w+);/g, (entity) => SAID[entity] ?? entity);
}
