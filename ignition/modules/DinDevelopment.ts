import { dinModule } from './Din.ts';

/** With the mock token, and the deployer as administrator. Never where tokens have a value. */
export default dinModule({ mockToken: true, deployerIsAdmin: true });
