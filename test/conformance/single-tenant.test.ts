import { playAll } from './play-all.ts';

await playAll('single');
