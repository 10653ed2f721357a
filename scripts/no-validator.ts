/** Stands in for the SDK's JSON Schema validator (half of its code), which only elicitation and schemas given as JSON would need. */
export class DefaultJsonSchemaValidator {
  getValidator(): never {
    throw new Error('this build has no JSON Schema validator');
  }
}

export { default as process } from 'node:process';
