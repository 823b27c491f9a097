import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runFetchingTool } from './tool.ts';

export interface MavenPackage {
  readonly group: string;
  readonly artifact: string;
  readonly version: string;
  /** What is left out of what it needs: an artifact of the same group, or `GROUP:*`. */
  readonly without?: readonly string[];
}

/** Puts the jars of the packages, and of all that they need at run time, into `folder`/lib. */
export async function fetchJars(folder: string, packages: readonly MavenPackage[]): Promise<void> {
  const dependencies = packages.map(
    ({ group, artifact, version, without = [] }) => `<dependency>
<groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version>
<exclusions>${without.map((name) => exclusion(group, name)).join('')}</exclusions>
</dependency>`,
  );
  writeFileSync(
    join(folder, 'pom.xml'),
    `<project><modelVersion>4.0.0</modelVersion><groupId>spanwatch.test</groupId><artifactId>server</artifactId><version>1</version>
<dependencies>${dependencies.join('\n')}</dependencies></project>`,
  );
  const goal = [
    'dependency:copy-dependencies',
    '-DincludeScope=runtime',
    `-DoutputDirectory=${join(folder, 'lib')}`,
  ];
  // --strict-checksums: what Maven Central's checksum does not fit is an error, not a warning.
  await runFetchingTool('mvn', ['-q', '-B', '--strict-checksums', '-f', join(folder, 'pom.xml'), ...goal], {
    cwd: folder,
  });
}

function exclusion(group: string, name: string): string {
  const [groupId, artifactId] = name.includes(':') ? name.split(':') : [group, name];
  return `<exclusion><groupId>${groupId}</groupId><artifactId>${artifactId}</artifactId></exclusion>`;
}
