// The page of a server: it asks over HTTP, with a token where one is needed, and follows the changes of the graph.
import { createClient } from '../client.ts';
import { byId } from './elements.ts';
import { start } from './main.ts';

const TOKEN_KEY = 'engram-token';

const token = sessionStorage.getItem(TOKEN_KEY) ?? undefined;

byId('access').addEventListener('submit', (event) => {
  event.preventDefault();
  sessionStorage.setItem(TOKEN_KEY, byId<HTMLInputElement>('token').value);
  location.reload();
});

start(createClient(location.origin, token === undefined ? {} : { token }), {
  onStatus(tell) {
    if (token === undefined) new EventSource('/events').addEventListener('status', tell);
  },
});
