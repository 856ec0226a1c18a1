import { db } from 'ponder:api';
import schema from 'ponder:schema';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { graphql } from 'ponder';

// Routers' longest query is a tenth of it.
const MAX_BODY_BYTES = 16 * 1024;

const app = new Hono();
app.use(bodyLimit({ maxSize: MAX_BODY_BYTES }));
for (const path of ['/', '/graphql']) app.use(path, graphql({ db, schema }));

export default app;
