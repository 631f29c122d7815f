/** Where things are in the picture of who gives to whom: shapes, lines, and who is next. */

/** Dots by size, from people with little time to those with most. */
const RADII = { 1: 8, 2: 10, 3: 13, 4: 16 };
const WIDTHS = { 1: 1, 2: 1.75, 3: 2.75, 4: 4 };

/** A group has a shape and a colour; more groups begin again, and have their number on them. */
export const SHAPES = ["circle", "square", "triangle", "diamond", "hexagon", "pentagon", "down"];

/** Corners, and the turn of the first one, in parts of a whole turn from the right. */
const CORNERS = {
    square: [4, 1 / 8],
    triangle: [3, -1 / 4],
    diamond: [4, 0],
    hexagon: [6, 0],
    pentagon: [5, -1 / 4],
    down: [3, 1 / 4],
};
/** So that all shapes look equally large. */
const GROWN = { circle: 1, square: 1.2, triangle: 1.35, diamond: 1.25, hexagon: 1.08, pentagon: 1.12, down: 1.35 };

export function radiusOf(node) {
    return RADII[node.size];
}

export function shapeOf(group) {
    return group ? SHAPES[(group - 1) % SHAPES.length] : "circle";
}

/** The path of a shape around a point. */
export function outline(shape, x, y, radius) {
    const grown = radius * GROWN[shape];
    if (shape === "circle") {
        return `M${x - grown},${y}a${grown},${grown} 0 1,0 ${2 * grown},0a${grown},${grown} 0 1,0 ${-2 * grown},0Z`;
    }
    const [count, turn] = CORNERS[shape];
    const corners = Array.from({ length: count }, (_, index) => {
        const angle = 2 * Math.PI * (turn + index / count);
        return `${(x + grown * Math.cos(angle)).toFixed(1)},${(y + grown * Math.sin(angle)).toFixed(1)}`;
    });
    return `M${corners.join("L")}Z`;
}

/** A line between two dots that ends at their edges, with room for its arrows. */
export function lineBetween(from, to, edge) {
    const [dx, dy] = [to.x - from.x, to.y - from.y];
    const far = Math.hypot(dx, dy) || 1;
    const cut = (node) => Math.min(radiusOf(node) * 1.3 + 3, far / 2 - 1);
    return {
        x1: (from.x + (dx / far) * cut(from)).toFixed(1),
        y1: (from.y + (dy / far) * cut(from)).toFixed(1),
        x2: (to.x - (dx / far) * cut(to)).toFixed(1),
        y2: (to.y - (dy / far) * cut(to)).toFixed(1),
        width: WIDTHS[edge.size],
    };
}

const DIRECTIONS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

/**
 * Who is next in the direction of an arrow key: the nearest partner within its quarter, and only where
 * there is none the nearest other person.
 */
export function nextInDirection(nodes, partners, index, key) {
    const [dx, dy] = DIRECTIONS[key];
    const from = nodes[index];
    const nearest = (among) => {
        let best = null;
        for (const other of among) {
            const [x, y] = [nodes[other].x - from.x, nodes[other].y - from.y];
            const along = x * dx + y * dy;
            const aside = Math.abs(x * dy - y * dx);
            // exactly on the border of two quarters belongs to left and right
            if (other !== index && along > 0 && (dx ? aside <= along : aside < along)) {
                const far = along + 2 * aside;
                if (!best || far < best.far) {
                    best = { other, far };
                }
            }
        }
        return best?.other ?? null;
    };
    return nearest(partners.keys()) ?? nearest(nodes.keys());
}
