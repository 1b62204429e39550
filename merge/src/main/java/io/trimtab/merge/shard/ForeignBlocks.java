package io.trimtab.merge.shard;

/**
 * Values that lie in somebody else's memory, which no Java array can be: each thread sees the block it works on through an array of its own, which is
 * filled when it asks for the block and written back when it goes on to another. A block fits a processor's cache, so what this costs is
 * little beside the way of the values from memory and back, which they have to take anyway.
 */
final class ForeignBlocks implements Blocks {

    private final Range range;
    private final int blockLength;
    private final FloatSource source;
    private final FloatSink sink;
    private final ThreadLocal<Window> windows = ThreadLocal.withInitial(Window::new);

    /** @param range of the flat space that source and sink speak of */
    ForeignBlocks(Range range, int blockLength, FloatSource source, FloatSink sink) {
        this.range = range;
        this.blockLength = blockLength;
        this.source = source;
        this.sink = sink;
    }

    @Override
    public int count() {
        return Math.toIntExact((range.length() + blockLength - 1) / blockLength);
    }

    @Override
    public int length(int number) {
        return (int) Math.min(blockLength, range.length() - (long) number * blockLength);
    }

    private long offset(int number) {
        return range.start() + (long) number * blockLength;
    }

    @Override
    public float[] block(int number) {
        Window window = windows.get();
        float[] values = window.show(number);
        window.changed = true;
        return values;
    }

    @Override
    public float[] view(int number) {
        return windows.get().show(number);
    }

    @Override
    public void read(int number, int from, float[] target, int at, int length) {
        settle();
        source.read(offset(number) + from, target, at, length);
    }

    @Override
    public void write(int number, int from, float[] values, int at, int length) {
        settle();
        sink.write(offset(number) + from, values, at, length);
    }

    @Override
    public void settle() {
        windows.get().leave();
    }

    /** What one thread sees. */
    private final class Window {

        private static final int NOTHING = -1;

        private float[] values = {};
        private int number = NOTHING;
        private boolean changed;

        float[] show(int wanted) {
            if (number != wanted) {
                leave();
                if (values.length != length(wanted)) {
                    values = new float[length(wanted)];
                }
                source.read(offset(wanted), values, 0, values.length);
                number = wanted;
            }
            return values;
        }

        void leave() {
            if (changed) {
                sink.write(offset(number), values, 0, values.length);
            }
            changed = false;
            number = NOTHING;
        }
    }
}
