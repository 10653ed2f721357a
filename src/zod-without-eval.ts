import * as z from 'zod';

// Compiling a parser for each schema costs a short-lived process more than it saves. Must run before the first schema is made.
z.config({ jitless: true });
