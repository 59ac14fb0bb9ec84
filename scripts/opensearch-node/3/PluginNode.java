import java.util.List;
import org.opensearch.Version;
import org.opensearch.env.Environment;
import org.opensearch.node.Node;
import org.opensearch.plugins.PluginInfo;

/** A node of OpenSearch 3 with the modules that khsearch needs. */
class PluginNode extends Node {
    private static final List<String> PLUGINS = List.of(
        "org.opensearch.transport.Netty4ModulePlugin",
        "org.opensearch.analysis.common.CommonAnalysisModulePlugin",
        "org.opensearch.index.reindex.ReindexModulePlugin",
        "IcuAnalysis"
    );

    PluginNode(Environment environment) {
        super(environment, PLUGINS.stream().map(PluginNode::told).toList(), true);
    }

    private static PluginInfo told(String name) {
        return new PluginInfo(name, "class path", "1", Version.CURRENT, "21", name, null, List.of(), false);
    }
}
