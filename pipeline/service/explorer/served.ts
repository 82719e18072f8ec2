// The page of a server: it asks over HTTP, with a token where one is needed, and follows the changes of the graph.
import { createClient } from '../client.ts';
import { byId } from './elements.ts';
import { follow } from './follow.ts';
import { start } from './main.ts';

const TOKEN_KEY = 'engram-token';

const token = sessionStorage.getItem(TOKEN_KEY) ?? undefined;

byId('access').addEventListener('submit', (event) => {
  event.preventDefault();
  sessionStorage.setItem(TOKEN_KEY, byId<HTMLInputElement>('token').value);
  location.reload();
});

start(createClient(location.origin, token === undefined ? {} : { token }), { follow: (tell) => void follow(token, tell) });
