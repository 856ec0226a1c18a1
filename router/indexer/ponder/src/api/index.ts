import { db } from 'ponder:api';
import schema from 'ponder:schema';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { graphql } from 'ponder';
import { readIndexerConfig } from '../../indexerConfig.ts';
import { BEGIN_ANEW, LEFT_BRANCH } from '../../lib/leftBranchNews.ts';
import { forget, isOfLeftBranch } from './leftBranch.ts';

// Four times the longest question of routers, a thousand block numbers.
const MAX_BODY_BYTES = 64 * 1024;
// An explorer asks for the schema 21 levels deep; people’s questions are a third of it.
const MAX_DEPTH = 22;

// Ponder loads this file before it indexes or serves anything, and waits for it.
const { chainId } = readIndexerConfig(process.env);
if (await isOfLeftBranch(chainId)) {
  await forget(chainId);
  console.log(JSON.stringify(LEFT_BRANCH));
  process.exit(BEGIN_ANEW);
}

const app = new Hono();
// Answered here: Ponder would answer 500, and log what a stranger sent.
app.use(bodyLimit({ maxSize: MAX_BODY_BYTES, onError: (context) => context.text('too long', 413) }));
const server = graphql({ db, schema }, { maxOperationDepth: MAX_DEPTH });
for (const path of ['/', '/graphql']) app.use(path, server);

export default app;
