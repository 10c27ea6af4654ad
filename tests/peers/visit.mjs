#!/usr/bin/env node
// The person at the browser: opens a URL, follows redirects, fills in and
// submits the login and consent forms of oidc-provider and cognito-local, and
// requests the redirect URI at the end.
//
//   visit.mjs URL [--username NAME] [--password PASSWORD] [--deny] [--stay]
//
// --stay does not go to the redirect URI in the end, but tells which it was.
//
// Prints {"url", "status", "text"} of the last page.  Exit status 1: an error
// page, or no end in sight.
import { parseArgs } from 'node:util';

const { values: opt, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    username: { type: 'string', default: 'ada' },
    password: { type: 'string', default: 'canary-Pa55word!' },
    deny: { type: 'boolean', default: false },
    stay: { type: 'boolean', default: false },
  },
});
const LONGEST_WALK = 20;
const cookies = new Map();

function keepCookies(url, answer) {
  for (const line of answer.headers.getSetCookie()) {
    const [pair] = line.split(';');
    const at = pair.indexOf('=');
    cookies.set(`${url.host} ${pair.slice(0, at)}`, pair.slice(at + 1));
  }
}

function cookieHeader(url) {
  return [...cookies]
    .map(([key, value]) => [...key.split(' '), value])
    .filter(([host]) => host === url.host)
    .map(([, name, value]) => `${name}=${value}`)
    .join('; ');
}

const unescape = (html) => html.replace(/&#(\d+);/g, (_all, code) =>
  String.fromCharCode(code)).replace(/&(amp|lt|gt|quot);/g, (_all, name) =>
  ({ amp: '&', lt: '<', gt: '>', quot: '"' })[name]);

const attribute = (tag, name) =>
  unescape(tag.match(new RegExp(`\\b${name}="([^"]*)"`))?.[1] ?? '');

function fill(form) {
  const fields = new URLSearchParams();
  for (const [tag] of form.matchAll(/<input\b[^>]*>/g)) {
    const name = attribute(tag, 'name');
    const typed = {
      login: opt.username,
      username: opt.username,
      password: opt.password,
    }[name];
    if (name)
      fields.set(name, typed ?? attribute(tag, 'value'));
  }
  return fields;
}

// Where a page leads: what its form sends, its cancel link, or nowhere.
function nextStep(url, html) {
  const form = html.match(/<form\b[^]*?<\/form>/)?.[0];
  if (!form)
    return null;
  const cancel = html.match(/<a\b[^>]*\/abort"[^>]*>/)?.[0];
  if (opt.deny && cancel)
    return { url: new URL(attribute(cancel, 'href'), url) };
  return { url: new URL(attribute(form, 'action'), url), body: fill(form) };
}

async function take({ url, body }) {
  const answer = await fetch(url, {
    method: body ? 'POST' : 'GET',
    body,
    headers: { cookie: cookieHeader(url) },
    redirect: 'manual',
  });
  keepCookies(url, answer);
  return answer;
}

async function walk(start) {
  const redirectUri = start.searchParams.get('redirect_uri');
  const isLast = (url) =>
    redirectUri && url.origin + url.pathname === redirectUri.split('?')[0];
  let step = { url: start };

  for (let steps = 0; steps < LONGEST_WALK; steps++) {
    const { url } = step;
    if (opt.stay && isLast(url))
      return { url: url.href, status: 0, text: '' };
    const answer = await take(step);
    const location = answer.headers.get('location');
    if (location && !isLast(url)) {
      step = { url: new URL(location, url) };
      continue;
    }
    const text = await answer.text();
    const onward = isLast(url) || !answer.ok ? null : nextStep(url, text);
    if (!onward)
      return { url: url.href, status: answer.status, text };
    step = onward;
  }
  throw new Error(`no end after ${LONGEST_WALK} pages`);
}

const page = await walk(new URL(positionals[0]));
console.log(JSON.stringify(page));
process.exitCode = page.status < 400 ? 0 : 1;
