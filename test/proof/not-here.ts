/** A machine that lacks what a proof needs, such as the right to mount. */
export class NotHere extends Error {}
