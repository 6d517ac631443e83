// A line to the site that brings each page in pieces, so that the browser paints it before it is whole.
import { createServer, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';

/** Into how many pieces a page is cut at most, and how long each waits for the next: a browser paints within it. */
const PIECES = 16;
const PAUSE_MS = 20;
/** How long the rest waits for the style and the script that the head of a page asks for: nothing is painted before. */
const STYLE_MS = 80;

/** A page in pieces. Each ends with a line, as a word that grows is no movement; the first has all of the header. */
function pieces(page) {
  const size = Math.ceil(page.length / PIECES);
  const cut = [];
  for (let start = 0, end; start < page.length; start = end) {
    const least = Math.max(start + size, page.indexOf('</header>'));
    end = page.indexOf('\n', least) + 1 || page.length;
    cut.push(page.slice(start, end));
  }
  return cut;
}

/** Opens the line to `origin`; `origin` of what is given is its other end. */
export async function openSlowLine(origin) {
  const server = createServer((asked, answer) => {
    // Uncompressed: a piece of a compressed page may not hold a word that can be shown.
    const headers = { ...asked.headers, host: new URL(origin).host, 'accept-encoding': 'identity' };
    const onward = request(new URL(asked.url, origin), { method: asked.method, headers }, async (from) => {
      if (!from.headers['content-type']?.startsWith('text/html')) {
        answer.writeHead(from.statusCode, from.headers);
        return from.pipe(answer);
      }
      answer.writeHead(from.statusCode, { ...from.headers, 'cache-control': 'no-store' });
      const [first, ...others] = pieces(await text(from));
      if (first) answer.write(first);
      await wait(STYLE_MS);
      for (const piece of others) {
        answer.write(piece);
        await wait(PAUSE_MS);
      }
      answer.end();
    });
    onward.on('error', () => answer.destroy());
    asked.pipe(onward);
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((closed) => {
      server.close(closed);
      server.closeAllConnections();
    }),
  };
}
