// A mail server on this machine that keeps what it is sent.
import { createServer } from 'node:net';

/** Starts a mail server on a free port that refuses addresses in ".ogr". `of(address)` lists the mails that came for an address, oldest first. */
export async function openPost() {
  const mails = [];
  const server = createServer((socket) => converse(socket, mails));
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `smtp://127.0.0.1:${server.address().port}?tls=none`,
    of: (address) => mails.filter((mail) => mail.to.includes(address)),
    close: () => server.close(),
  };
}

/** What a mail server hands over about a mail that it took and could not deliver. */
export function deliveryReport({ raw, to }, why) {
  const id = raw.match(/^Message-ID: .*$/im)[0];
  return [
    'From: MAILER-DAEMON@post.test',
    'Content-Type: multipart/report; report-type=delivery-status; boundary=report',
    '',
    '--report',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; post.test',
    '',
    `Final-Recipient: rfc822; ${to[0]}`,
    'Action: failed',
    'Status: 5.1.1',
    `Diagnostic-Code: smtp; 550 5.1.1 ${why}`,
    '',
    '--report',
    'Content-Type: text/rfc822-headers',
    '',
    id,
    '',
    '--report--',
    '',
  ].join('\r\n');
}

function converse(socket, mails) {
  let heard = '';
  let to = [];
  let inData = false;
  socket.setEncoding('latin1');
  socket.on('error', () => {});
  const say = (line) => socket.write(`${line}\r\n`);
  say('220 post.test');
  socket.on('data', (piece) => {
    heard += piece;
    for (;;) {
      const end = heard.indexOf(inData ? '\r\n.\r\n' : '\r\n');
      if (end < 0) return;
      const said = heard.slice(0, end);
      heard = heard.slice(end + (inData ? 5 : 2));
      if (inData) {
        inData = false;
        mails.push({ to, ...parse(said.replace(/^\.\./gm, '.')) });
        to = [];
        say('250 kept');
        continue;
      }
      const verb = said.slice(0, 4).toUpperCase();
      if (verb === 'EHLO') say('250-post.test\r\n250 8BITMIME');
      else if (verb === 'RCPT') {
        const address = said.match(/<(.*?)>/)[1];
        if (address.endsWith('.ogr')) {
          say('550 5.1.2 Domain not found');
        } else {
          to.push(address);
          say('250 known');
        }
      } else if (verb === 'DATA') {
        inData = true;
        say('354 go on');
      } else if (verb === 'QUIT') {
        say('221 bye');
        socket.end();
      } else say('250 well');
    }
  });
}

/** Subject, plain text and HTML of a message, decoded; `raw` as it came. */
function parse(raw) {
  const { headers } = split(raw);
  const parts = leaves(raw);
  const part = (kind) => decode(parts.find(({ headers }) => headers['content-type'].startsWith(kind)));
  return { raw, subject: words(headers.subject), text: part('text/plain'), html: part('text/html') };
}

/** The parts of a message that hold no parts themselves. */
function leaves(raw) {
  const whole = split(raw);
  const boundary = whole.headers['content-type'].match(/boundary="?([^";]+)/)?.[1];
  if (!boundary) return [whole];
  return whole.body
    .split(`--${boundary}`)
    .slice(1, -1)
    .flatMap((part) => leaves(part.replace(/^\r\n/, '')));
}

function split(message) {
  const end = message.indexOf('\r\n\r\n');
  const lines = message.slice(0, end).replace(/\r\n[ \t]+/g, ' ').split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  return { headers, body: message.slice(end + 4) };
}

function decode({ headers, body }) {
  const how = (headers['content-transfer-encoding'] ?? '7bit').toLowerCase();
  const bytes =
    how === 'base64' ? Buffer.from(body, 'base64') : Buffer.from(how === 'quoted-printable' ? printable(body) : body, 'latin1');
  return bytes.toString('utf8').replace(/\r\n/g, '\n');
}

function printable(text) {
  return text
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
}

function words(header) {
  return header.replace(/\?=\s+=\?/g, '?==?').replace(/=\?utf-8\?([bq])\?(.*?)\?=/gi, (_, how, text) => {
    const bytes = how.toLowerCase() === 'b' ? Buffer.from(text, 'base64') : Buffer.from(printable(text.replace(/_/g, ' ')), 'latin1');
    return bytes.toString('utf8');
  });
}
