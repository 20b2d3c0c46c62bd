import { stringify } from 'yaml';
import { type KubeObject } from '../model/object.ts';
import { orderedObject, type ShownFields } from './ordered.ts';

/**
 * A JSON value as YAML: no folded lines, no anchors or aliases, sequences at their parent's column as
 * kubectl writes them. A text that YAML 1.1 would read as something else (`yes`, `1:30`, a timestamp) is
 * quoted, since the parsers of the field still do.
 */
export function yamlText(value: unknown): string {
  return stringify(value, {
    lineWidth: 0,
    aliasDuplicateObjects: false,
    indentSeq: false,
    compat: 'yaml-1.1',
  });
}

/** One object as a YAML document, without `---`. */
export function objectYaml(object: KubeObject, shown: ShownFields = {}): string {
  return yamlText(orderedObject(object, shown));
}
