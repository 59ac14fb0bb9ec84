import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.opensearch.env.Environment;
import org.opensearch.node.Node;
import org.opensearch.plugins.Plugin;

/** A node of OpenSearch 2 with the modules that khsearch needs. */
class PluginNode extends Node {
    private static final List<String> PLUGINS = List.of(
        "org.opensearch.transport.Netty4Plugin",
        "org.opensearch.analysis.common.CommonAnalysisPlugin",
        "org.opensearch.index.reindex.ReindexPlugin",
        "IcuAnalysis"
    );

    PluginNode(Environment environment) throws ReflectiveOperationException {
        super(environment, plugins(), true);
    }

    private static Collection<Class<? extends Plugin>> plugins() throws ReflectiveOperationException {
        Collection<Class<? extends Plugin>> found = new ArrayList<>();
        for (String name : PLUGINS) {
            found.add(Class.forName(name).asSubclass(Plugin.class));
        }
        return found;
    }
}
