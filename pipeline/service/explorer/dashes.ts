// Links that no document states, drawn as dashed arrows on a layer of their own: what draws the others knows whole lines only.
import type Sigma from 'sigma';
import type { Attributes } from 'graphology-types';

const DASH = [7, 5];
const HEAD = 9;

/**
 * @param isDashed of an edge that is shown
 * @param colour as the page has it now
 */
export function drawDashed<N extends Attributes, E extends Attributes>(renderer: Sigma<N, E>, isDashed: (edge: E) => boolean, colour: () => string): void {
  renderer.createCanvasContext('dashed');
  const { dashed, nodes } = renderer.getCanvases();
  nodes!.before(dashed!);
  renderer.resize(true);
  const context = dashed!.getContext('2d')!;
  renderer.on('afterRender', () => {
    const { width, height } = renderer.getDimensions();
    context.clearRect(0, 0, width, height);
    context.strokeStyle = context.fillStyle = colour();
    context.lineWidth = 1.6;
    renderer.getGraph().forEachEdge((_, edge, source, target) => {
      if (!isDashed(edge)) return;
      const [from, to] = [renderer.getNodeDisplayData(source), renderer.getNodeDisplayData(target)];
      if (from === undefined || to === undefined || from.hidden || to.hidden) return;
      const [a, b] = [renderer.framedGraphToViewport(from), renderer.framedGraphToViewport(to)];
      const length = Math.hypot(b.x - a.x, b.y - a.y);
      const stop = length - renderer.scaleSize(to.size);
      if (stop <= HEAD) return;
      const [x, y] = [(b.x - a.x) / length, (b.y - a.y) / length];
      const at = (along: number, aside = 0): [number, number] => [a.x + x * along - y * aside, a.y + y * along + x * aside];
      context.setLineDash(DASH);
      context.beginPath();
      context.moveTo(a.x, a.y);
      context.lineTo(...at(stop - HEAD));
      context.stroke();
      context.beginPath();
      context.moveTo(...at(stop));
      context.lineTo(...at(stop - HEAD, HEAD / 2));
      context.lineTo(...at(stop - HEAD, -HEAD / 2));
      context.fill();
    });
  });
}
