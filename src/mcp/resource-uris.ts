export const recentUri = 'memory://recent';
export const memoryTemplate = 'memory://{id}';
export const memoryUri = (id: string): string => `memory://${id}`;
