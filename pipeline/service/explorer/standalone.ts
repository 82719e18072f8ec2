// The page that is a file of its own: it answers its questions itself, from the graph that it holds.
import { config } from 'zod';
import { answersOf, embeddedIn } from '../embedded-graph.ts';
import { createLocalClient } from '../local-client.ts';
import { byId } from './elements.ts';
import { start } from './main.ts';

// The policy of the page lets no text become code, not even a trial whether it may.
config({ jitless: true });

const embedded = embeddedIn(byId('embedded-graph').textContent);

start(createLocalClient(answersOf(embedded)), { first: embedded.first });
