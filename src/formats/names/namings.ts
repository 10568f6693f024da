import { helmNaming } from './helm.js';
import { kitOpsNaming } from './kit-ops.js';
import { modelPackNaming } from './model-pack.js';
import type { Naming, NamingFacts } from './naming.js';

/** The formats whose tools name files otherwise than by titles; one file each. KitOps writes both its own names and ModelPack's. */
const NAMINGS: readonly Naming[] = [helmNaming, kitOpsNaming, modelPackNaming];

/** The naming of an artifact; undefined where titles name its files. */
export function namingOf(facts: NamingFacts): Naming | undefined {
  return NAMINGS.find((naming) => naming.fits(facts));
}
